/** Long bodies that are read at once. */
const lanes = 2;

/** A sender that is silent for so long leaves its lane to others. */
const stalledMs = 20;

/** Longer than nearly every delivery: up to here a body is read at once. */
export const shortBodyBytes = 64 * 1024;

/**
 * Lets only a few long bodies be read at the same time: a hundred of them, in one turn of the event loop, would keep
 * everybody else waiting and fill memory. The others wait in their sockets, first come first served.
 */
export class BodyLanes {
  #free = lanes;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when one may go on reading. */
  async enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** One body on its way through the lanes. */
export class LanePass {
  readonly #lanes: BodyLanes;
  readonly #reading: { pause(): unknown; resume(): unknown };
  #state: 'outside' | 'waiting' | 'inside' | 'done' = 'outside';
  #timer: NodeJS.Timeout | undefined;

  constructor(lanes: BodyLanes, reading: { pause(): unknown; resume(): unknown }) {
    this.#lanes = lanes;
    this.#reading = reading;
  }

  /** Something of a long body has arrived: it needs a lane for more. */
  arrived(): void {
    if (this.#state === 'inside') this.#timer?.refresh();
    if (this.#state !== 'outside') return;
    this.#state = 'waiting';
    this.#reading.pause();
    void this.#lanes.enter().then(() => this.#entered());
  }

  /** The body is complete, or nobody wants more of it. */
  done(): void {
    if (this.#state === 'inside') this.#leave();
    this.#state = 'done';
  }

  #entered(): void {
    if (this.#state === 'done') {
      this.#lanes.leave();
      return;
    }
    this.#state = 'inside';
    this.#timer = setTimeout(() => this.#leave(), stalledMs);
    this.#reading.resume();
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#state = 'outside';
    this.#lanes.leave();
  }
}
