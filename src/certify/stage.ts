import type { Evidence } from '../sandbox/audit/evidence.ts';
import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';
import type { Person } from './person.ts';

/** How a sync ended: it said that it is done, that it failed, or nothing. */
export type SyncEnd = 'done' | 'failed' | 'no answer';

/** What acts are played with: the integration, the browser in front of it, and the sandbox behind it. */
export interface Stage {
  /** The browser that connected last. */
  readonly person: Person;
  /** Another browser, without cookies. */
  stranger(): Person;
  /** The URL that starts a consent, for an event. */
  connectUrl(eventId?: string): URL;
  readonly redirectUri: string;
  /** Logs in, as an organizer does; the status of the page that the browser ended on, null without an answer. */
  connect(eventId?: string): Promise<number | null>;
  /** Has the integration read the API. */
  sync(eventId?: string): Promise<SyncEnd>;
  /** From now on the integration has no login. */
  forgetLogin(): void;
  /** Asks the sandbox, as its control API does. */
  ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>;
  /** Injects these faults, and no other. */
  faults(...faults: readonly string[]): Promise<void>;
  /** Moves the clock of the sandbox. */
  advance(ms: number): Promise<void>;
  /** Waits until everything that the sandbox sends has been answered. */
  settled(): Promise<void>;
  evidence(): Evidence;
  /** Calls a function with each request before it is answered, until the function it gives is called. */
  onArrival(heard: (path: string) => void): () => void;
  /** Kills the integration at once. */
  kill(): Promise<void>;
  /** Starts it again, with the signing secrets of now, and waits until it is ready; why it is not, or null. */
  restart(): Promise<string | null>;
  /** Runs `webhook check` on the handler. */
  checkHandler(): Promise<{ readonly failed: readonly string[]; readonly cases: number }>;
  /** Waits a moment in real time. */
  pause(ms: number): Promise<void>;
}
