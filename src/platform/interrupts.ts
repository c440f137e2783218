/** Two signals closer together than this are one: a library's own handler raises the first one again. */
const echoWindowMs = 100;

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Interrupt = (typeof watched)[number];

/**
 * Ctrl-C and its relatives, turned into an AbortSignal.
 *
 * The first signal asks the running command to wind up; a second Ctrl-C ends the process at once, unless a piece
 * of work that must not be torn (a token refresh) is under way: then it is remembered until that is done.
 */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #listeners = new Map<Interrupt, () => void>();
  readonly #onSecond: () => void;
  #critical = 0;
  #received: Interrupt | null = null;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #isHeldBack = false;

  /** @param onSecond  ends the process at once */
  constructor(onSecond: () => void) {
    this.#onSecond = onSecond;
    for (const name of watched) {
      const listener = () => this.#receive(name);
      this.#listeners.set(name, listener);
      process.on(name, listener);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first signal that came, or null. */
  get received(): Interrupt | null {
    return this.#received;
  }

  /** Runs work that no signal may tear: whatever comes meanwhile takes effect when it is done. */
  uninterrupted = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#critical++;
    try {
      return await work();
    } finally {
      this.#critical--;
      if (this.#critical === 0 && this.#received !== null) {
        this.#controller.abort(this.#received);
        if (this.#isHeldBack) this.#onSecond();
      }
    }
  };

  /** Gives the signals their usual effect back. */
  release(): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener);
    this.#listeners.clear();
  }

  #receive(name: Interrupt): void {
    const atMs = performance.now();
    const isEcho = name === this.#received && atMs - this.#lastAtMs < echoWindowMs;
    this.#lastAtMs = atMs;
    if (isEcho) return;
    const isFirst = this.#received === null;
    this.#received ??= name;
    if (this.#critical > 0) this.#isHeldBack ||= !isFirst;
    else if (isFirst) this.#controller.abort(name);
    else this.#onSecond();
  }
}
