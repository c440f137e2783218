import type { OperationName, ParamsOf } from '../sandbox/control/operations.ts';
import type { Played } from '../sandbox/scenario/play.ts';
import type { PlayedStep } from './model/wire.ts';

/** What a step asked of the sandbox: an operation of its control API, or a URL of the read API. */
export type Asked =
  | { readonly name: OperationName; readonly params: ParamsOf<OperationName> }
  | { readonly readUrl: string };

/**
 * Begins a scenario by its name; each step is played when it is asked for. Null for an unknown name.
 *
 * @param onAsked  called with everything that a step asks
 */
export type BeginScenario = (
  name: string,
  onAsked: (asked: Asked) => void,
) => Promise<AsyncGenerator<Played, void, void> | null>;

interface SteppedTo {
  /** Null after the last step. */
  readonly played: PlayedStep | null;
  readonly asked: readonly Asked[];
}

interface Run {
  readonly number: number;
  readonly steps: AsyncGenerator<Played, void, void>;
}

/** The scenario that is being played: one at a time, step by step, for all open pages. */
export class Rehearsal {
  readonly #begin: BeginScenario;
  #run: Run | null = null;
  #runs = 0;
  #asked: Asked[] = [];
  #isBusy = false;

  constructor(begin: BeginScenario) {
    this.#begin = begin;
  }

  /** Whether a scenario is being started or a step is running. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether a run is the latest one. */
  isCurrent(number: unknown): boolean {
    return this.#run !== null && this.#run.number === number;
  }

  /** Starts over with a scenario. The number of the run; null for an unknown name. */
  start(name: string): Promise<number | null> {
    return this.#alone(async () => {
      const steps = await this.#begin(name, (asked) => this.#asked.push(asked));
      if (steps === null) return null;
      this.#run = { number: ++this.#runs, steps };
      return this.#run.number;
    });
  }

  /** Plays the next step of the current run. */
  next(): Promise<SteppedTo> {
    return this.#alone(async () => {
      this.#asked = [];
      const step = await this.#run?.steps.next();
      if (step === undefined || step.done) return { played: null, asked: [] };
      const { durationMs, ...played } = step.value;
      return { played: { ...played, duration_ms: durationMs }, asked: this.#asked };
    });
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
