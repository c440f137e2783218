import type { Json } from '../../json/value.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Change, changeBetween, isSameChange } from './change.ts';

/** Why a case could not be judged, as a clause. */
export class Unjudged extends Error {}

/** The same where the effects change without a delivery. */
export class Restless extends Unjudged {}

interface EffectsOptions {
  /**
   * What the handler has done so far.
   *
   * @throws Unjudged when it cannot be read
   */
  readonly read: () => Promise<Json>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long an effect may take to appear after the answer, milliseconds. */
  readonly limitMs: number;
}

/** Whether a change is what the deliveries should lead to; null where that is not yet known. */
export type Expected = ((change: Change) => boolean) | null;

const lookMs = 25;
const slowMs = 500;
/** How long the effects must not change before they count as settled, as a part of the time they may take. */
const quietPart = 0.02;
/** The same as a multiple of the longest time that an effect took to appear; at most so much longer than that. */
const quietFactor = 3;
const mostQuietMs = 1_000;

/** Watches what a handler does, also when it works after its answer. */
export class Effects {
  readonly #options: EffectsOptions;
  #lagMs = 0;
  /** Whether the effects of several deliveries appeared together, so that another one would not come long after them. */
  #isParallel = false;
  /** The last effects that had settled; undefined before the first. */
  #known: Json | undefined;

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  get limitMs(): number {
    return this.#options.limitMs;
  }

  /** The longest time from an answer to its effect so far. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** Whether effects take so long to appear that waiting for each of them makes a run long. */
  get isSlow(): boolean {
    return this.#lagMs >= slowMs;
  }

  pause(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#options.signal);
  }

  /**
   * Waits until they no longer change.
   *
   * @throws Restless when they keep changing, and Unjudged when they cannot be read
   */
  async settled(): Promise<Json> {
    const { clock, limitMs, read } = this.#options;
    const quietMs = this.#quietMs;
    const limit = clock.monotonic() + limitMs + quietMs;
    let value = await read();
    if (this.#known !== undefined && changeBetween(this.#known, value).length === 0) return value;
    for (let since = clock.monotonic(); clock.monotonic() - since < quietMs; ) {
      if (clock.monotonic() > limit) throw new Restless('the effects keep changing although nothing is sent');
      const next = await this.#next();
      if (changeBetween(value, next).length > 0) since = clock.monotonic();
      value = next;
    }
    this.#known = value;
    return value;
  }

  /**
   * What has changed since `before`: waits until it is what was expected, and then whether it stays so. Resolves with
   * another change once the time for one effect has passed since the last; where `isExpected` is null, since the start.
   *
   * @param deliveries  how many were sent: a handler may work them one after the other
   * @param isEachShown  whether each of them has an effect
   * @throws Restless when they keep changing, and Unjudged when they cannot be read
   */
  async changeSince(before: Json, isExpected: Expected, deliveries = 1, isEachShown = false): Promise<Change> {
    const { clock, limitMs, read } = this.#options;
    const startedAt = clock.monotonic();
    let value = await read();
    let change = changeBetween(before, value);
    let since = startedAt;
    let firstAt: number | null = null;
    for (;;) {
      const now = clock.monotonic();
      const isQuiet = now - since >= this.#restMs && now - startedAt >= this.#quietMs;
      const from = isExpected === null ? startedAt : since;
      const mostMs = change.length === 0 ? deliveries * limitMs : limitMs;
      if (isQuiet && (isExpected?.(change) || now - from >= mostMs)) {
        this.#known = value;
        return change;
      }
      if (now - startedAt > (deliveries + 1) * limitMs + this.#quietMs) throw new Restless('the effects keep changing');
      value = await this.#next();
      const next = changeBetween(before, value);
      if (isSameChange(next, change)) continue;
      change = next;
      since = clock.monotonic();
      firstAt ??= since;
      if (isExpected !== null && !isExpected(change)) continue;
      if (deliveries === 1) this.#lagMs = Math.max(this.#lagMs, since - startedAt);
      else if (isEachShown) this.#isParallel = since - firstAt < this.#lagMs / 2;
    }
  }

  get #quietMs(): number {
    const { limitMs } = this.#options;
    const byLag = Math.min(quietFactor * this.#lagMs, this.#lagMs + mostQuietMs);
    return Math.min(Math.max(quietPart * limitMs, byLag), limitMs);
  }

  /** How long they must not change after an effect. */
  get #restMs(): number {
    return this.#isParallel ? Math.min(this.#lagMs / 2, this.#quietMs) : this.#quietMs;
  }

  async #next(): Promise<Json> {
    const { clock, signal, read } = this.#options;
    await clock.sleep(lookMs, signal);
    return read();
  }
}
