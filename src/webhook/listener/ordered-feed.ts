/** A place in a feed, taken now and filled later. */
export interface Slot<T> {
  /** Once only. `bytes` is about what the value holds in memory. */
  fill(value: T, bytes: number): void;
}

interface Held<T> {
  value: T | undefined;
  bytes: number;
  isFilled: boolean;
}

/**
 * A queue between deliveries that finish in any order and one reader who wants them in the order they began.
 *
 * `add` passes a value straight on; `open` takes a place that holds back every later place until it is filled.
 */
export class OrderedFeed<T> implements AsyncIterable<readonly T[]> {
  readonly #capacityBytes: number;
  #ready: Held<T>[] = [];
  #places: Held<T>[] = [];
  #heldBytes = 0;
  #isEnded = false;
  #wakeReader: (() => void) | null = null;
  #waiting: (() => void)[] = [];

  /** @param capacityBytes  what may wait for the reader, or behind an open place, before `room` holds back */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  add(value: T, bytes: number): void {
    this.#heldBytes += bytes;
    this.#ready.push({ value, bytes, isFilled: true });
    this.#wakeReader?.();
  }

  open(): Slot<T> {
    const place: Held<T> = { value: undefined, bytes: 0, isFilled: false };
    this.#places.push(place);
    return {
      fill: (value, bytes) => {
        this.#heldBytes += bytes;
        Object.assign(place, { value, bytes, isFilled: true });
        const firstOpen = this.#places.findIndex(({ isFilled }) => !isFilled);
        this.#ready.push(...this.#places.splice(0, firstOpen === -1 ? this.#places.length : firstOpen));
        this.#wakeReader?.();
      },
    };
  }

  /** The reader is behind: `room` would wait. */
  get isFull(): boolean {
    return this.#heldBytes >= this.#capacityBytes && !this.#isEnded;
  }

  /** Resolves while the reader keeps up, so that a slow one slows the senders down instead of filling memory. */
  async room(): Promise<void> {
    while (this.isFull) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Nothing more comes: the reader gets what there is, then the end. Places still open are given up. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader?.();
    this.#release();
  }

  /** Gives whatever is ready together; never an empty list. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly T[], void, void> {
    try {
      yield* this.#batches();
    } finally {
      // A reader that left makes no more room: whoever waits for it would wait for ever.
      this.end();
    }
  }

  async *#batches(): AsyncGenerator<readonly T[], void, void> {
    for (;;) {
      const batch = this.#ready;
      if (batch.length > 0) {
        this.#ready = [];
        for (const { bytes } of batch) this.#heldBytes -= bytes;
        yield batch.map(({ value }) => value as T);
        this.#release();
      } else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
        this.#wakeReader = null;
        // Whatever else this turn of the event loop brings goes out with it: under load, one write for many.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
