import type { OperationName, ResultOf } from '../../sandbox/control/operations.ts';

/** The operations that the page may call. Those that return a token or a secret are left out. */
export const askable = [
  'status',
  'applications',
  'activities',
  'consents',
  'logins',
  'budgets',
  'clock',
  'faults',
  'deliveries',
  'audit',
  'do',
  'trigger',
  'redeliver',
  'fault',
  'advance',
  'set_clock',
  'hold_clock',
  'resume_clock',
  'rotate',
  'reset',
] as const satisfies readonly OperationName[];
export type Askable = (typeof askable)[number];

/** The page only learns whether a rotation is in progress. */
export type PageResult<Name extends Askable> = Name extends 'rotate' ? { readonly rotating: boolean } : ResultOf<Name>;

/** How to do the same without the page. */
export interface Shown {
  /** A command line; null where no command does it. */
  readonly command: string | null;
  readonly curl: string;
}

export interface Answered<Name extends Askable> {
  readonly result: PageResult<Name>;
  readonly shown: Shown;
}

export interface ActionFact {
  readonly name: string;
  readonly summary: string;
  readonly subjects: readonly string[];
  /** States that it fits; null for one that creates its subject. */
  readonly from: readonly string[] | null;
  /** The event type of the delivery that follows. */
  readonly sends: string | null;
}

export interface FaultFact {
  /** Such as `api:503`. */
  readonly fault: string;
  readonly target: string;
  readonly help: string;
}

export interface ScenarioFact {
  readonly name: string;
  readonly title: string;
  readonly shows: string;
  readonly steps: readonly { readonly kind: string; readonly title: string }[];
}

/** What does not change while the sandbox runs. */
export interface Facts {
  readonly address: string;
  /** Begin of a command line for this sandbox. */
  readonly command: string;
  /** The same for a command that uses its profile. */
  readonly profiled: string;
  readonly actions: readonly ActionFact[];
  readonly faults: readonly FaultFact[];
  readonly scenarios: readonly ScenarioFact[];
}

/** How one step of a scenario went. */
export interface PlayedStep {
  readonly number: number;
  readonly kind: string;
  readonly title: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly wanted: string;
  readonly got: string;
  readonly duration_ms: number;
}

/** The answer to the start of a scenario. */
export interface Started {
  /** Sent with each of its steps. */
  readonly run: number;
}

/** The answer to one step: null when the last one has been played. */
export interface SteppedOn {
  readonly played: PlayedStep | null;
  readonly shown: Shown;
}

/** What the stream says besides the entries of the timeline, when it has changed. */
export interface Pulse {
  readonly clock: ResultOf<'clock'>;
  /** How many there are in each state. */
  readonly deliveries: ResultOf<'status'>['deliveries'];
  readonly faults: ResultOf<'faults'>['faults'];
  readonly suspended: boolean;
}
