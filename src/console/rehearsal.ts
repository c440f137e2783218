import type { Played } from '../sandbox/scenario/play.ts';
import type { PlayedStep } from './model/wire.ts';

/** Begins a scenario by its name; each step is played when it is asked for. Null for an unknown name. */
export type BeginScenario = (name: string) => Promise<AsyncGenerator<Played, void, void> | null>;

/** The scenario that is being played: one at a time, step by step. */
export class Rehearsal {
  readonly #begin: BeginScenario;
  #steps: AsyncGenerator<Played, void, void> | null = null;
  #isStepping = false;

  constructor(begin: BeginScenario) {
    this.#begin = begin;
  }

  /** Whether a step is being played at the moment. */
  get isBusy(): boolean {
    return this.#isStepping;
  }

  /** Starts over with a scenario; false for an unknown one. */
  async start(name: string): Promise<boolean> {
    this.#steps = await this.#begin(name);
    return this.#steps !== null;
  }

  /** Plays the next step; null after the last one, and without a scenario. */
  async next(): Promise<PlayedStep | null> {
    if (this.#steps === null) return null;
    this.#isStepping = true;
    try {
      const step = await this.#steps.next();
      if (step.done) {
        this.#steps = null;
        return null;
      }
      const { durationMs, ...played } = step.value;
      return { ...played, duration_ms: durationMs };
    } finally {
      this.#isStepping = false;
    }
  }
}
