import type { Clock } from '../ports/clock.ts';

/** A sync that goes on after its response sends the next request sooner. */
const nextMs = 300;
/** The same for one that has sent none yet: it may wait in a queue. */
const lateStartMs = 5_000;
const lookMs = 25;
/** What runs in the background pauses no longer between two requests, where nothing fails. */
const pauseMs = 500;
const mostMs = 10_000;

export interface TrafficParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many API requests have been answered so far. */
  answered(): number;
  /** Calls a function with each request before it is answered, until the returned function is called. */
  onArrival(heard: (path: string) => void): () => void;
}

/** Whether a sync goes on that has been answered; `hasBegun`: it sent a request before. */
export async function goesOn(parts: TrafficParts, hasBegun: boolean): Promise<boolean> {
  return Traffic.during(parts, (traffic) => traffic.over(hasBegun ? nextMs : lateStartMs));
}

/** Watches the API requests of what an integration began, and may go on with after it has answered. */
export class Traffic {
  readonly #parts: TrafficParts;
  readonly #answeredBefore: number;
  readonly #stop: () => void;
  #arrived = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  private constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.#answeredBefore = parts.answered();
    this.#stop = parts.onArrival((path) => {
      if (!path.startsWith('/api/')) return;
      this.#arrived++;
      this.#lastAt = parts.clock.monotonic();
    });
  }

  /** Watches while `work` runs, however it ends. Gives its result. */
  static async during<Result>(parts: TrafficParts, work: (traffic: Traffic) => Promise<Result>): Promise<Result> {
    const traffic = new Traffic(parts);
    try {
      return await work(traffic);
    } finally {
      traffic.#stop();
    }
  }

  /**
   * Waits until there are no more requests. Resolves with whether any began after this call.
   *
   * @param beginMs  how long the first of them is waited for
   */
  async over(beginMs: number): Promise<boolean> {
    const { clock, signal, answered } = this.#parts;
    const [startedAt, before] = [clock.monotonic(), this.#arrived];
    let begunAt: number | null = null;
    for (;;) {
      const now = clock.monotonic();
      const isFollowed = this.#arrived > before;
      const isOpen = this.#arrived > answered() - this.#answeredBefore;
      if (isOpen) this.#lastAt = now;
      if (isFollowed || isOpen) begunAt ??= now;
      const isQuiet = isFollowed ? now - this.#lastAt >= pauseMs : now - startedAt >= beginMs;
      if ((isQuiet && !isOpen) || (begunAt !== null && now - begunAt >= mostMs)) return isFollowed;
      await clock.sleep(lookMs, signal);
    }
  }
}
