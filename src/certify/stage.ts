import type { Evidence } from '../sandbox/audit/evidence.ts';
import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';
import type { Answer } from '../sandbox/visitor/visitor.ts';
import type { Landing, Person } from './person.ts';

/** How a sync ended: done, failed, or without an answer. */
export type SyncEnd = 'done' | 'failed' | 'no answer';

/** A marker of the sandbox that was found where the integration keeps data, or in what it printed. */
export interface Trace {
  /** Such as `email of ptp_1 (data/app.db, line 3)`. Holds no token or secret. */
  readonly shown: string;
  readonly isSecret: boolean;
  /** The event of that participant; null for tokens and secrets, and for people whom this sandbox does not know. */
  readonly eventId: string | null;
  /** Whether this data had to be deleted. */
  readonly isRevoked: boolean;
}

/** What was found at the places where the integration keeps data. */
export interface Kept {
  readonly traces: readonly Trace[];
  /** Why a place could not be read to its end; null when all were. The traces are those of the others. */
  readonly problem: string | null;
  /** Whether a file was there to look at, not only the answer of a URL. */
  readonly hasFiles: boolean;
}

/** The results of the cases of `webhook check`. */
export interface HandlerVerdict {
  readonly cases: number;
  /** Ids. */
  readonly failed: readonly string[];
  /** What could not be judged, although it should have been. */
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
  /** Ids of what this handler gave no occasion to test, and of what was skipped. */
  readonly untested: readonly string[];
}

/** What acts can use: the integration, a browser, and the sandbox. */
export interface Stage {
  /** The browser of the last login. */
  readonly person: Person;
  /** Another browser, without cookies. */
  stranger(): Person;
  /** The URL that starts a consent, for an event. */
  connectUrl(eventId?: string): URL;
  readonly redirectUri: string;
  /** The event of the sandbox that logins are for. */
  readonly eventId: string;
  /** How long a deletion may take after its delivery was acknowledged: longer behind deliveries that it works slowly. */
  readonly deletionMs: number;
  /** What an earlier run left where the integration keeps data, such as a trace; empty where that was clean. */
  readonly leftover: string;
  /** Goes through a consent with a browser, and waits for the sync that may follow it. */
  consent(browser: Person, answer?: Partial<Answer>, eventId?: string): Promise<Landing>;
  /** Logs in as an organizer. Gives the status of the last page, or null without an answer. */
  connect(eventId?: string): Promise<number | null>;
  /** Signs in as a participant. Gives the status of the last page, or null without an answer. */
  signIn(): Promise<number | null>;
  /** Makes the integration read the API. */
  sync(eventId?: string): Promise<SyncEnd>;
  /**
   * Whether API requests follow a sync that has been answered.
   *
   * @param hasBegun  whether it sent any before its answer
   */
  goesOn(hasBegun: boolean): Promise<boolean>;
  /**
   * Whether it refreshes when its own clock says so, and not when the API rejects a token. Set by the act that lets a token
   * expire.
   */
  refreshesAhead: boolean;
  /** Whether a timer does that, which may begin as late as a minute after the token is due. */
  hasTimer: boolean;
  /** Whether the act waited for a pause of the integration; its time does not count toward the time limit of a run. */
  hasPaced: boolean;
  /** Records that the integration has lost its login. */
  forgetLogin(): void;
  /** Calls an operation of the sandbox's control API. */
  ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>;
  /** Injects these faults and removes all others. */
  faults(...faults: readonly string[]): Promise<void>;
  /** Moves the clock of the sandbox. */
  advance(ms: number): Promise<void>;
  /** Waits until all deliveries of the sandbox have been answered. */
  settled(): Promise<void>;
  evidence(): Evidence;
  /** Calls a function with each request before it is answered, until the returned function is called. */
  onArrival(heard: (path: string) => void): () => void;
  /** Kills the integration at once. */
  kill(): Promise<void>;
  /**
   * Restarts it with the current signing secrets and waits until it is ready. Gives the reason why it is not, or null.
   */
  restart(): Promise<string | null>;
  /** Runs `webhook check` on the handler. */
  checkHandler(): Promise<HandlerVerdict>;
  /** Runs the cases of `webhook check --effects`; those that kill the handler only if it can be restarted. */
  checkEffects(): Promise<HandlerVerdict>;
  /**
   * What is kept of people, tokens and secrets.
   *
   * @param moment  `deleted` once everything had to go: then a place that is gone is an empty one
   */
  kept(moment: 'in use' | 'deleted'): Promise<Kept>;
  /** Waits a moment in real time. */
  pause(ms: number): Promise<void>;
  /** Milliseconds on a clock that only moves forward. */
  now(): number;
}
