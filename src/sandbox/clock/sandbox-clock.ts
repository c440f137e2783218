import type { Clock } from '../../ports/clock.ts';
import type { SavedClock } from '../saved/snapshot.ts';

interface Timer {
  readonly due: number;
  /** Grows, so that timers of one moment end in the order in which they began. */
  readonly order: number;
  end(): void;
  /** The wait in real time; aborted and started again when the clock jumps. */
  wait: AbortController;
}

/** What a clock shows. Times in milliseconds since the Unix epoch. */
export interface ClockState {
  readonly now: number;
  readonly real: number;
  readonly isHeld: boolean;
}

/**
 * The time that the sandbox lives in. It goes with real time until somebody moves it: forward only, and through
 * every timer that is due on the way, in order.
 */
export class SandboxClock implements Clock {
  readonly #real: Clock;
  readonly #timers = new Set<Timer>();
  #aheadMs = 0;
  /** Where it stands still; null while it goes. */
  #heldAt: number | null = null;
  #orders = 0;
  #moving: Promise<void> = Promise.resolve();

  constructor(real: Clock) {
    this.#real = real;
  }

  now(): number {
    return this.#heldAt ?? this.#real.now() + this.#aheadMs;
  }

  /** Durations are measured in real time. */
  monotonic(): number {
    return this.#real.monotonic();
  }

  state(): ClockState {
    return { now: this.now(), real: this.#real.now(), isHeld: this.#heldAt !== null };
  }

  save(): SavedClock {
    return { ahead_ms: this.#aheadMs, held_at: this.#heldAt };
  }

  /** Goes on from where a saved clock would be now. Before anything sleeps. */
  load({ ahead_ms: aheadMs, held_at: heldAt }: SavedClock): void {
    this.#aheadMs = aheadMs;
    this.#heldAt = heldAt;
  }

  /** The moment in real time at which this clock shows `ms`, if nobody moves it. */
  toReal(ms: number): number {
    return ms - this.now() + this.#real.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => {
        this.#drop(timer);
        reject(signal?.reason);
      };
      const timer: Timer = {
        due: this.now() + ms,
        order: this.#orders++,
        wait: new AbortController(),
        end: () => {
          this.#drop(timer);
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#timers.add(timer);
      this.#begin(timer);
    });
  }

  /** Stops it where it is. */
  hold(): void {
    if (this.#heldAt !== null) return;
    this.#heldAt = this.now();
    for (const { wait } of this.#timers) wait.abort();
  }

  /** Lets it go on from where it stands. */
  resume(): void {
    if (this.#heldAt === null) return;
    this.#aheadMs = this.#heldAt - this.#real.now();
    this.#heldAt = null;
    for (const timer of this.#timers) this.#begin(timer);
  }

  /**
   * Moves it forward. Each timer that is due on the way ends at its own moment, and what it started is done before
   * the next one ends, as if the time had been waited for.
   *
   * @param settled  resolves once nothing is under way that a timer has started
   */
  moveTo(target: number, settled: () => Promise<void>): Promise<void> {
    const moved = this.#moving.then(async () => {
      await settled();
      for (let next = this.#first(target); next !== null; next = this.#first(target)) {
        this.#jump(Math.max(next.due, this.now()));
        next.end();
        await settled();
      }
      if (target > this.now()) this.#jump(target);
    });
    // A failure is told to whoever moved it; the next move starts all the same.
    this.#moving = moved.catch(() => undefined);
    return moved;
  }

  #jump(to: number): void {
    if (this.#heldAt !== null) {
      this.#heldAt = to;
      return;
    }
    this.#aheadMs = to - this.#real.now();
    for (const timer of this.#timers) this.#begin(timer);
  }

  #first(until: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.#timers) {
      const isEarlier =
        first === null || timer.due < first.due || (timer.due === first.due && timer.order < first.order);
      if (timer.due <= until && isEarlier) first = timer;
    }
    return first;
  }

  /** Waits for a timer in real time, in place of a wait that is out of date. */
  #begin(timer: Timer): void {
    timer.wait.abort();
    timer.wait = new AbortController();
    if (this.#heldAt !== null) return;
    this.#real.sleep(Math.max(0, timer.due - this.now()), timer.wait.signal).then(
      () => timer.end(),
      // Replaced by another wait, or no longer wanted.
      () => undefined,
    );
  }

  #drop(timer: Timer): void {
    timer.wait.abort();
    this.#timers.delete(timer);
  }
}
