/** The most entries that wait for the reader; an unread log must not use up the memory. */
const maxWaiting = 10_000;

/** Hands entries to one reader, in order. */
export class Feed<Entry> {
  readonly #waiting: Entry[] = [];
  #wake: () => void = () => undefined;
  /** Entries that were dropped because the reader was too slow. */
  dropped = 0;

  push(entry: Entry): void {
    if (this.#waiting.length >= maxWaiting) this.dropped++;
    else this.#waiting.push(entry);
    this.#wake();
  }

  /** Every entry, until the signal aborts. */
  async *read(signal: AbortSignal): AsyncGenerator<Entry, void, void> {
    while (!signal.aborted) {
      const entry = this.#waiting.shift();
      if (entry !== undefined) yield entry;
      else await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
