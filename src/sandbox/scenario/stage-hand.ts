import type { OperationName, ParamsOf, ResultOf } from '../control/operations.ts';
import type { Delivery } from '../deliveries/delivery.ts';

/** A request of the integration. */
export interface SeenRequest {
  readonly method: string | null;
  readonly path: string | null;
  readonly status: number | null;
}

/** What playing a scenario needs of the sandbox and of the world around it. */
export interface StageHand {
  ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>;
  /** Deliveries the sandbox remembers, oldest first. */
  deliveries(): Promise<readonly Delivery[]>;
  /** Requests of the integration since the run began, oldest first; our own are left out. */
  requests(): Promise<readonly SeenRequest[]>;
  /** All rows of a list of an event. */
  rows(path: string, eventId: string): Promise<readonly { readonly [field: string]: unknown }[]>;
  /** Makes the integration read the API, and resolves when it has; null where it has no URL for that. */
  readonly sync: (() => Promise<void>) | null;
  /** Waits until the next check, in real time. */
  pause(): Promise<void>;
  /** Milliseconds, real time. */
  now(): number;
  /** Called with what the user has to do before the run can continue. */
  notice(text: string): void;
}
