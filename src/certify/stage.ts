import type { Evidence } from '../sandbox/audit/evidence.ts';
import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';
import type { Person } from './person.ts';

/** How a sync ended: done, failed, or without an answer. */
export type SyncEnd = 'done' | 'failed' | 'no answer';

/** What acts can use: the integration, a browser, and the sandbox. */
export interface Stage {
  /** The browser of the last login. */
  readonly person: Person;
  /** Another browser, without cookies. */
  stranger(): Person;
  /** The URL that starts a consent, for an event. */
  connectUrl(eventId?: string): URL;
  readonly redirectUri: string;
  /** Logs in as an organizer. Gives the status of the last page, or null without an answer. */
  connect(eventId?: string): Promise<number | null>;
  /** Signs in as a participant. Gives the status of the last page, or null without an answer. */
  signIn(): Promise<number | null>;
  /** Makes the integration read the API. */
  sync(eventId?: string): Promise<SyncEnd>;
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
  checkHandler(): Promise<{ readonly failed: readonly string[]; readonly cases: number }>;
  /** Waits a moment in real time. */
  pause(ms: number): Promise<void>;
}
