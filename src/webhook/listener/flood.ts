import type { Clock } from '../../ports/clock.ts';

const shownPerSecond = 10;

/**
 * Lets ten lines a second through and counts the rest: a flood of forged requests may not push everything else off
 * the screen.
 */
export class FloodGate {
  readonly #clock: Clock;
  #second = Number.NEGATIVE_INFINITY;
  #shown = 0;
  #heldBack = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a line may be shown now. */
  passes(): boolean {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#shown = 0;
    }
    if (this.#shown < shownPerSecond) {
      this.#shown++;
      return true;
    }
    this.#heldBack++;
    return false;
  }

  /** More that were not shown, which nobody asked about one by one. */
  holdBack(count: number): void {
    this.#heldBack += count;
  }

  /** How many were held back since this was last asked, once their second is over; 0 while it runs. */
  takeHeldBack({ isOver = false } = {}): number {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (this.#heldBack === 0 || (second === this.#second && !isOver)) return 0;
    const count = this.#heldBack;
    this.#heldBack = 0;
    return count;
  }
}
