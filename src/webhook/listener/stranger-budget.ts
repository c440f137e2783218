import type { Clock } from '../../ports/clock.ts';

/** Lines on the screen: a flood must not push everything else off it. */
const linesPerSecond = 10;

/** Bytes of output in a burst: a whole run of `webhook check` needs a tenth of this. */
const burstBytes = 1024 * 1024;
const bytesPerSecond = 64 * 1024;

/** Of a recording, in one run. */
const recordedBytes = 16 * 1024 * 1024;

/**
 * The budget of a run for all requests that fail verification: lines on the screen, bytes of output, and
 * bytes of a recording. Requests beyond it are only counted.
 */
export class StrangerBudget {
  readonly #clock: Clock;
  #second = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #bytesLeft = burstBytes;
  #filledAtMs: number;
  #recordableBytes = recordedBytes;
  #untold = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAtMs = clock.monotonic();
  }

  /** Whether a line may be shown now. */
  takeLine(): boolean {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#lines = 0;
    }
    if (this.#lines >= linesPerSecond) return false;
    this.#lines++;
    return true;
  }

  /** Whether a line of so many bytes may be written now, to stdout and to a recording. */
  takeBytes(bytes: number): boolean {
    const nowMs = this.#clock.monotonic();
    this.#bytesLeft = Math.min(burstBytes, this.#bytesLeft + ((nowMs - this.#filledAtMs) * bytesPerSecond) / 1000);
    this.#filledAtMs = nowMs;
    if (this.#bytesLeft < bytes) return false;
    this.#bytesLeft -= bytes;
    return true;
  }

  /** Whether a recording has room for a line of so many bytes. */
  takeRecorded(bytes: number): boolean {
    if (this.#recordableBytes < bytes) return false;
    this.#recordableBytes -= bytes;
    return true;
  }

  /** Adds requests that are not shown. */
  holdBack(count: number): void {
    this.#untold += count;
  }

  /** How many were held back since the last call, once their second has passed; 0 until then. */
  takeHeldBack({ isOver = false } = {}): number {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (this.#untold === 0 || (second === this.#second && !isOver)) return 0;
    const count = this.#untold;
    this.#untold = 0;
    return count;
  }
}
