import type { SandboxEvent } from './event.ts';
import { type ApplicationStatus, applicationStatuses, type Participant } from './people.ts';

interface BoardQuery {
  readonly status?: ApplicationStatus;
  /** Part of a name, or an ID; case does not matter. */
  readonly search?: string;
  readonly offset: number;
  readonly limit: number;
}

interface BoardPage {
  /** The number in each status, regardless of the query. */
  readonly counts: Readonly<Record<ApplicationStatus, number>>;
  /** The number that match the query. */
  readonly total: number;
  readonly people: readonly Participant[];
}

/**
 * The applications of an event by status: those that changed first, latest change first, then the others in the order
 * of the event. Whole people are made for the page only; where 100,000 started is remembered, so that a page costs what
 * is on it and what has changed.
 */
export class Board {
  readonly #event: SandboxEvent;
  /** Who started in each status, by their place in the event. */
  #started: Readonly<Record<ApplicationStatus, readonly number[]>> | null = null;
  /** Names in lower case, of those that were looked at and have not changed. */
  readonly #names: string[] = [];

  constructor(event: SandboxEvent) {
    this.#event = event;
  }

  page({ status, search = '', offset, limit }: BoardQuery): BoardPage {
    const changed = [...this.#event.changedPeople()].reverse();
    const isChanged = new Set(changed);
    const isFound = this.#finder(search.trim().toLowerCase(), isChanged);
    const isPlain = search.trim() === '';
    const found: number[] = [];
    let total = 0;
    const look = (index: number) => {
      if (!isFound(index)) return;
      if (total >= offset && found.length < limit) found.push(index);
      total++;
    };
    for (const index of changed) if (status === undefined || this.#event.statusOf(index) === status) look(index);
    for (const index of this.#startedIn(status)) {
      // Without a search it is known how many there are.
      if (isPlain && found.length === limit) break;
      if (!isChanged.has(index)) look(index);
    }
    const counts = this.#counts(changed);
    const all = applicationStatuses.reduce((sum, one) => sum + counts[one], 0);
    return {
      counts,
      total: isPlain ? (status === undefined ? all : counts[status]) : total,
      people: found.map((index) => this.#event.participant(index)),
    };
  }

  /** In the order of the event; everybody without a status. */
  *#startedIn(status: ApplicationStatus | undefined): Iterable<number> {
    if (status !== undefined) yield* this.#statuses()[status];
    else for (let index = 0; index < this.#event.firstCount; index++) yield index;
  }

  #statuses(): Readonly<Record<ApplicationStatus, readonly number[]>> {
    if (this.#started !== null) return this.#started;
    const started = Object.fromEntries(applicationStatuses.map((name) => [name, [] as number[]])) as Record<
      ApplicationStatus,
      number[]
    >;
    for (let index = 0; index < this.#event.firstCount; index++) started[this.#event.firstStatusOf(index)].push(index);
    this.#started = started;
    return started;
  }

  #counts(changed: readonly number[]): BoardPage['counts'] {
    const counts = Object.fromEntries(
      Object.entries(this.#statuses()).map(([name, started]) => [name, started.length]),
    ) as Record<ApplicationStatus, number>;
    for (const index of changed) {
      if (index < this.#event.firstCount) counts[this.#event.firstStatusOf(index)]--;
      counts[this.#event.statusOf(index)]++;
    }
    return counts;
  }

  #finder(wanted: string, isChanged: ReadonlySet<number>): (index: number) => boolean {
    if (wanted === '') return () => true;
    if (wanted.startsWith('ptp_')) {
      const known = this.#event.indexOf(wanted);
      return (index) => index === known;
    }
    return (index) => this.#nameOf(index, isChanged.has(index)).includes(wanted);
  }

  #nameOf(index: number, isChanged: boolean): string {
    if (isChanged) return this.#event.nameOf(index).toLowerCase();
    let name = this.#names[index];
    if (name === undefined) {
      name = this.#event.nameOf(index).toLowerCase();
      this.#names[index] = name;
    }
    return name;
  }
}
