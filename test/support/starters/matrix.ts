/** What is done with every starter, in this order: columns of the matrix that `.ci/run` prints. */
export type Step = 'tests' | 'check' | 'answers' | 'certify' | 'race' | 'kills';

/** What the `meta` of a test says of a starter; vitest's JSON report carries it to `.ci/starters.mjs`. */
export interface Mark {
  readonly language: string;
  readonly framework: string;
  readonly version: string;
  readonly step: Step;
  /** How it went, in a few words; left out where it failed. */
  readonly found?: string;
  readonly seconds: number;
}

/** A starter that no machine of ours can run. */
export interface NotRun {
  readonly language: string;
  readonly framework: string;
  /** Why. */
  readonly lack: string;
}

declare module 'vitest' {
  interface TaskMeta {
    starter?: Mark | NotRun;
  }
}
