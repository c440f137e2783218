import { Script } from 'node:vm';
import { ReventoError } from '../../errors/revento-error.ts';
import { runtime } from '../../text/runtime.ts';

/** Two signals closer together than this are one: a library's own handler raises the first one again. */
const echoWindowMs = 100;

/** How long breakable work may take once a signal has come. */
const lateWorkMs = 1_000;

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Interrupt = (typeof watched)[number];

/**
 * Ctrl-C and similar signals as an AbortSignal.
 *
 * The first signal asks the running command to end; a second Ctrl-C ends the process at once, unless
 * work that must not be interrupted (a token refresh) is in progress: then it takes effect after that.
 */
export class Interrupts {
  #made: AbortController | null = null;
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

  /** Made when first used: help needs none, and Node loads its code for that. */
  get #controller(): AbortController {
    this.#made ??= new AbortController();
    return this.#made;
  }

  /** The first signal received, or null. */
  get received(): Interrupt | null {
    return this.#received;
  }

  /** Runs work that no signal may interrupt: signals received meanwhile take effect when it is done. */
  uninterrupted = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#critical++;
    try {
      return await work();
    } finally {
      this.#critical--;
      if (this.#critical === 0) {
        if (this.#received !== null) this.#controller.abort(this.#received);
        if (this.#isHeldBack) this.#onSecond();
      }
    }
  };

  /**
   * Runs work that blocks the event loop, and so signal handlers: Ctrl-C stops it,
   * and other signals end the process as by default. After a signal the work has a second. In the
   * one file, whose runtime can't stop WebAssembly, Ctrl-C ends the process as well.
   *
   * A signal that has come but was not heard of yet does not count: let the event loop turn before.
   *
   * @throws ReventoError `interrupted`, besides what the work throws
   */
  breakable = <T>(work: () => T): T => {
    // Work that must not be interrupted may be in progress; then only Ctrl-C, where it ends no process, is let through.
    const isFatal = ([name]: readonly [Interrupt, () => void]) => name !== 'SIGINT' || !canStop;
    const fatal = this.#critical > 0 ? [] : [...this.#listeners].filter(isFatal);
    for (const [name, listener] of fatal) process.off(name, listener);
    try {
      return runBreakable(work, this.#received === null ? {} : { timeout: lateWorkMs });
    } finally {
      for (const [name, listener] of fatal) process.on(name, listener);
    }
  };

  /** Ends the process, once no work is in progress that must not be interrupted. */
  end(): void {
    if (this.#critical > 0) this.#isHeldBack = true;
    else this.#onSecond();
  }

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

/** Where the script finds the work it is to run: it can be handed nothing else. */
const place = Symbol.for('revento.breakable');
let script: Script | null = null;

/** Whether a script is stopped in WebAssembly too: by V8, not by the engine of Bun. */
const canStop = runtime.name !== 'Bun';

/** What is thrown when the script was stopped. */
const brokenOff: ReadonlySet<unknown> = new Set(['ERR_SCRIPT_EXECUTION_INTERRUPTED', 'ERR_SCRIPT_EXECUTION_TIMEOUT']);

/** V8 can only interrupt a script at a signal; that includes WebAssembly the script has called. */
function runBreakable<T>(work: () => T, limit: { readonly timeout?: number }): T {
  script ??= new Script(`globalThis[Symbol.for('${place.description}')]()`);
  Reflect.set(globalThis, place, work);
  try {
    return script.runInThisContext({ breakOnSigint: canStop, ...limit }) as T;
  } catch (error) {
    const isBroken = error instanceof Error && 'code' in error && brokenOff.has(error.code);
    throw isBroken ? new ReventoError('interrupted', 'Interrupted.', {}, { cause: error }) : error;
  } finally {
    Reflect.deleteProperty(globalThis, place);
  }
}
