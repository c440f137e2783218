import { type Filter, parseFilter } from './filter.ts';
import { type Group, isGood, latest, type Row } from './row.ts';

/** The limits: as many attempts as the server keeps, and as few unverified ones. */
const mostRows = 10_000;
const mostStrangers = 1_000;
/** The limit for bodies and headers in characters: 10,000 rows of a megabyte each would be too much for a browser. */
const mostChars = 96 * 1024 * 1024;

/** The deliveries of a session, grouped by attempts, and those that match a filter. Newest first. */
export class DeliveryList {
  #groups: Group[] = [];
  readonly #places = new Map<string, Group>();
  #rows = 0;
  #strangers = 0;
  #chars = 0;
  #filterText = '';
  #filter: Filter = parseFilter('');
  #shown: readonly Group[] | null = null;

  get filterText(): string {
    return this.#filterText;
  }

  get problems(): readonly string[] {
    return this.#filter.problems;
  }

  get total(): number {
    return this.#groups.length;
  }

  /** Newest first. Gives the same array until something changes. */
  get shown(): readonly Group[] {
    this.#shown ??= this.#groups.filter((group) => group.attempts.some(this.#filter.matches)).reverse();
    return this.#shown;
  }

  /**
   * A retry joins its delivery, wherever that is in the list. An unverified delivery may claim any ID, so it stays
   * separate.
   */
  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const key = keyOf(row);
      const known = this.#places.get(key);
      const group: Group =
        known === undefined ? { id: row.id, attempts: [row] } : { ...known, attempts: [...known.attempts, row] };
      if (known === undefined) this.#groups.push(group);
      else this.#groups[indexOf(this.#groups, known.id)] = group;
      this.#places.set(key, group);
      this.#count(row, 1);
    }
    // Unverified deliveries, which anybody can send, displace only each other.
    while (this.#strangers > mostStrangers) this.#drop(this.#groups.findIndex((group) => !latest(group).line.verified));
    while ((this.#rows > mostRows || this.#chars > mostChars) && this.#groups.length > 1) this.#drop(0);
    this.#shown = null;
  }

  setFilter(text: string): void {
    this.#filterText = text;
    this.#filter = parseFilter(text);
    this.#shown = null;
  }

  /** The group whose first attempt, or any attempt, has that number. */
  find(id: number | null): Group | null {
    if (id === null) return null;
    const group = this.#groups[indexOf(this.#groups, id)];
    if (group?.id === id) return group;
    return this.#groups.find(({ attempts }) => attempts.some((row) => row.id === id)) ?? null;
  }

  /** Removes everything and returns it, so that this can be undone. */
  clear(): readonly Row[] {
    const rows = this.#groups.flatMap(({ attempts }) => attempts).sort((a, b) => a.id - b.id);
    this.#groups = [];
    this.#places.clear();
    for (const row of rows) this.#count(row, -1);
    this.#shown = null;
    return rows;
  }

  /** The previous delivery of the same type, or else about the same subject. */
  before(group: Group): Group | null {
    const { type, subject } = latest(group);
    const older = this.#groups.slice(0, Math.max(0, indexOf(this.#groups, group.id))).reverse();
    const same = older.filter((other) => latest(other).type === type);
    return (
      same.find((other) => latest(other).subject === subject) ??
      same[0] ??
      older.find((other) => subject !== null && latest(other).subject === subject) ??
      null
    );
  }

  /** Counts and latencies of all deliveries, regardless of the filter. */
  figures(): {
    readonly bad: number;
    readonly failed: number;
    readonly p50: number | null;
    readonly p95: number | null;
  } {
    const ms: number[] = [];
    let [bad, failed] = [0, 0];
    for (const group of this.#groups) {
      const row = latest(group);
      if (!row.line.verified) bad++;
      else if (!isGood(row)) failed++;
      if (row.ms !== null) ms.push(row.ms);
    }
    ms.sort((a, b) => a - b);
    const share = (part: number) => ms[Math.max(0, Math.ceil(ms.length * part) - 1)] ?? null;
    return { bad, failed, p50: share(0.5), p95: share(0.95) };
  }

  #drop(at: number): void {
    const [group] = this.#groups.splice(at, 1);
    for (const row of group?.attempts ?? []) this.#count(row, -1);
    if (group !== undefined) this.#places.delete(keyOf(latest(group)));
  }

  #count({ line, searched }: Row, by: 1 | -1): void {
    this.#rows += by;
    if (!line.verified) this.#strangers += by;
    this.#chars += by * (searched.length + (line.body?.length ?? line.body_base64.length));
  }
}

/** The key that attempts of one delivery share; unverified deliveries are not grouped. */
function keyOf({ id, line }: Row): string {
  return line.verified && line.delivery_id !== null ? line.delivery_id : `#${id}`;
}

/** The index of the group with that number, or where to insert it: groups are ordered by number. */
function indexOf(groups: readonly Group[], id: number): number {
  let [low, high] = [0, groups.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((groups[middle]?.id ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
