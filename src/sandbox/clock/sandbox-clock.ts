import type { Clock } from '../../ports/clock.ts';
import { ignore, type Note } from '../saved/change.ts';
import type { SavedClock } from '../saved/snapshot.ts';

interface Timer {
  readonly due: number;
  /** Increases, so that timers due at one moment end in the order they started. */
  readonly order: number;
  end(): void;
  /** The wait in real time; aborted and restarted when the clock jumps. */
  wait: AbortController;
}

/** The state of a clock. Times in milliseconds since the Unix epoch. */
interface ClockState {
  readonly now: number;
  readonly real: number;
  readonly isHeld: boolean;
}

/**
 * The time of the sandbox. It runs with real time until it is moved: only forward, and through
 * every timer due in between, in order.
 */
export class SandboxClock implements Clock {
  readonly #real: Clock;
  readonly #note: Note;
  readonly #timers = new Set<Timer>();
  #aheadMs = 0;
  /** The time it is held at; null while it runs. */
  #heldAt: number | null = null;
  #orders = 0;
  #moving: Promise<void> = Promise.resolve();
  /** A move ends the timers itself. */
  #isMoving = false;

  /** @param note  called for every move */
  constructor(real: Clock, note: Note = ignore) {
    this.#real = real;
    this.#note = note;
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

  /** Continues from where a saved clock would be now. Call it before anything sleeps. */
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

  /** Holds it at its current time. */
  hold(): void {
    if (this.#heldAt !== null) return;
    this.#heldAt = this.now();
    this.#noteState();
    for (const { wait } of this.#timers) wait.abort();
  }

  /** Lets it run again from its current time. */
  resume(): void {
    if (this.#heldAt === null) return;
    this.#aheadMs = this.#heldAt - this.#real.now();
    this.#heldAt = null;
    this.#noteState();
    for (const timer of this.#timers) this.#begin(timer);
  }

  /** Follows real time again. Wake all sleepers before. */
  reset(): void {
    this.#aheadMs = 0;
    this.#heldAt = null;
    this.#noteState();
  }

  /**
   * Moves it forward. Each timer due in between ends at its own moment, and what it started is done before
   * the next one ends, as if the time had passed.
   *
   * @param settled  resolves once everything that timers started is done
   */
  moveTo(target: number, settled: () => Promise<void>): Promise<void> {
    const moved = this.#moving.then(async () => {
      await settled();
      this.#pause(true);
      try {
        for (let next = this.#first(target); next !== null; next = this.#first(target)) {
          this.#jump(Math.max(next.due, this.now()));
          next.end();
          await settled();
        }
        if (target > this.now()) this.#jump(target);
      } finally {
        this.#pause(false);
      }
    });
    // A failure is reported to the caller of that move; the next move starts anyway.
    this.#moving = moved.catch(() => undefined);
    return moved;
  }

  #jump(to: number): void {
    if (this.#heldAt !== null) {
      this.#heldAt = to;
      this.#noteState();
      return;
    }
    this.#aheadMs = to - this.#real.now();
    this.#noteState();
  }

  /** Stops the waits in real time while it moves: to start all of them again for each step would take long. */
  #pause(isMoving: boolean): void {
    this.#isMoving = isMoving;
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

  /** Waits for a timer in real time, replacing an outdated wait. */
  #begin(timer: Timer): void {
    timer.wait.abort();
    timer.wait = new AbortController();
    if (this.#heldAt !== null || this.#isMoving) return;
    this.#real.sleep(Math.max(0, timer.due - this.now()), timer.wait.signal).then(
      () => timer.end(),
      // Replaced by another wait, or no longer needed.
      () => undefined,
    );
  }

  #noteState(): void {
    this.#note({ type: 'clock', clock: this.save() });
  }

  #drop(timer: Timer): void {
    timer.wait.abort();
    this.#timers.delete(timer);
  }
}
