/** A place in a feed, taken now and filled later. */
interface Slot<T> {
  /** Once only. */
  fill(value: T, bytes: number): void;
}

interface Held<T> {
  value: T | undefined;
  bytes: number;
  isFilled: boolean;
}

interface Waiter {
  readonly bytes: number;
  readonly wake: () => void;
}

/**
 * A queue between deliveries that finish in any order and one reader that gets them in the order they began.
 *
 * `add` passes a value straight on; `open` takes a place that holds back every later place until it is filled. Both
 * take the bytes that were reserved for the value before, 0 for none; they are free again when the reader has it.
 */
export class OrderedFeed<T> implements AsyncIterable<readonly T[]> {
  readonly #capacityBytes: number;
  #ready: Held<T>[] = [];
  #places: Held<T>[] = [];
  #reservedBytes = 0;
  #isEnded = false;
  #wakeReader: (() => void) | null = null;
  #waiting: Waiter[] = [];

  /** @param capacityBytes  what may wait for the reader, or behind an open place, before senders have to wait */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Reserves room for a value at once, or returns false: then `room` waits for it. */
  reserve(bytes: number): boolean {
    if (!this.#isEnded && (this.#reservedBytes >= this.#capacityBytes || this.#waiting.length > 0)) return false;
    this.#reservedBytes += bytes;
    return true;
  }

  /** Resolves with the room reserved. This way a slow reader slows its senders down, without filling memory. */
  async room(bytes: number): Promise<void> {
    if (this.reserve(bytes)) return;
    await new Promise<void>((wake) => this.#waiting.push({ bytes, wake }));
  }

  add(value: T, bytes: number): void {
    this.#ready.push({ value, bytes, isFilled: true });
    this.#wakeReader?.();
  }

  open(): Slot<T> {
    const place: Held<T> = { value: undefined, bytes: 0, isFilled: false };
    this.#places.push(place);
    return {
      fill: (value, bytes) => {
        Object.assign(place, { value, bytes, isFilled: true });
        const firstOpen = this.#places.findIndex(({ isFilled }) => !isFilled);
        this.#ready.push(...this.#places.splice(0, firstOpen === -1 ? this.#places.length : firstOpen));
        this.#wakeReader?.();
      },
    };
  }

  /** Ends the feed: the reader gets what is left, then the end. Open places are dropped. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader?.();
    this.#wakeWaiting();
  }

  /** Returns everything that is ready; never an empty list. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly T[], void, void> {
    try {
      yield* this.#batches();
    } finally {
      // A reader that left frees no room: waiting for it would never end.
      this.end();
    }
  }

  async *#batches(): AsyncGenerator<readonly T[], void, void> {
    for (;;) {
      const batch = this.#ready;
      if (batch.length > 0) {
        this.#ready = [];
        yield batch.map(({ value }) => value as T);
        for (const { bytes } of batch) this.#reservedBytes -= bytes;
        this.#wakeWaiting();
      } else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
        this.#wakeReader = null;
        // Collects the rest of this turn of the event loop: under load, one write for many.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  }

  /** As many as fit, the oldest first. */
  #wakeWaiting(): void {
    while (this.#isEnded || this.#reservedBytes < this.#capacityBytes) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      this.#reservedBytes += waiter.bytes;
      waiter.wake();
    }
  }
}
