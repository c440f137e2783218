/** Who an entry comes from. Unverified entries have their own limit and never displace verified ones. */
export type Lane = 'verified' | 'stranger';

/** Room of one lane: the oldest entries leave when either bound is exceeded. */
interface LaneBounds {
  readonly rows: number;
  readonly bytes: number;
}

/** A value that is kept, under its number. */
export interface Kept<T> {
  /** From 1, in the order of adding. */
  readonly id: number;
  readonly value: T;
  readonly bytes: number;
}

/** What a reader gets next: entries in their order, and how many before them it came too late for. */
export interface Batch<T> {
  readonly missed: number;
  readonly entries: readonly Kept<T>[];
}

/** Entries that a reader gets at once, at most. */
const batchRows = 200;

/**
 * One writer and any number of readers. The writer never waits: a reader that falls behind finds the oldest entries
 * gone, and learns how many. No reader has a queue of its own.
 */
export class Hub<T> {
  readonly #lanes: Readonly<Record<Lane, Ring<T>>>;
  readonly #wakers = new Set<() => void>();
  readonly #over = new AbortController();
  #last = 0;

  constructor(bounds: Readonly<Record<Lane, LaneBounds>>) {
    this.#lanes = { verified: new Ring(bounds.verified), stranger: new Ring(bounds.stranger) };
  }

  /** The number of the latest entry; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Aborts when the hub closes. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** @param bytes  about what the value holds in memory */
  add(value: T, bytes: number, lane: Lane): void {
    this.#last++;
    this.#lanes[lane].add({ id: this.#last, value, bytes });
    this.#wake();
  }

  /** The entry of that number, or null when it has left or never was. */
  find(id: number): Kept<T> | null {
    return this.#lanes.verified.find(id) ?? this.#lanes.stranger.find(id);
  }

  /** Nothing more comes: every reader gets what there is, then the end. */
  close(): void {
    this.#over.abort();
    this.#wake();
  }

  /**
   * Entries after a number, as they come; ends when the hub closes. When `signal` aborts, the next batch is the end.
   *
   * @param after  0 for all that is kept
   */
  async *read(after: number, signal: AbortSignal): AsyncGenerator<Batch<T>, void, void> {
    let at = Math.min(after, this.#last);
    while (!signal.aborted) {
      const batch = this.#after(at);
      const end = batch.entries.at(-1)?.id ?? (batch.missed > 0 ? this.#last : at);
      if (end > at) {
        at = end;
        yield batch;
      } else if (this.#over.signal.aborted) return;
      else await this.#news(signal);
    }
  }

  #after(at: number): Batch<T> {
    const verified = this.#lanes.verified.after(at, batchRows);
    const strangers = this.#lanes.stranger.after(at, batchRows);
    const entries = [...verified, ...strangers].sort((a, b) => a.id - b.id).slice(0, batchRows);
    const end = entries.at(-1)?.id ?? this.#last;
    return { entries, missed: end - at - entries.length };
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#wakers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wakers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}

/** The latest entries of one lane, by ascending number. */
class Ring<T> {
  readonly #bounds: LaneBounds;
  #entries: Kept<T>[] = [];
  /** Where the first one that is still kept stands: removing one by one from the front would cost with each. */
  #start = 0;
  #bytes = 0;

  constructor(bounds: LaneBounds) {
    this.#bounds = bounds;
  }

  add(entry: Kept<T>): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    while (this.#isOver && this.#entries.length - this.#start > 1) this.#drop();
  }

  find(id: number): Kept<T> | null {
    const entry = this.#entries[this.#firstAfter(id - 1)];
    return entry?.id === id ? entry : null;
  }

  after(id: number, most: number): readonly Kept<T>[] {
    const from = this.#firstAfter(id);
    return this.#entries.slice(from, from + most);
  }

  get #isOver(): boolean {
    return this.#entries.length - this.#start > this.#bounds.rows || this.#bytes > this.#bounds.bytes;
  }

  #drop(): void {
    this.#bytes -= this.#entries[this.#start]?.bytes ?? 0;
    // The place stays until the array is cut, the value must not.
    delete this.#entries[this.#start];
    this.#start++;
    if (this.#start <= this.#bounds.rows) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }

  #firstAfter(id: number): number {
    let [low, high] = [this.#start, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.id ?? 0) <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
