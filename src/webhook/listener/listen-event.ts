import type { Delivery } from '../delivery.ts';
import type { Posted } from '../sending/post.ts';

/** A delivery and its outcome. */
export interface Answered {
  readonly kind: 'answered';
  /** Abridged if it failed verification. */
  readonly delivery: Delivery;
  /** The whole delivery, to diagnose why it failed verification; null for a verified one, or if it is too long. */
  readonly evidence: Delivery | null;
  readonly results: readonly Posted[];
  /** The response to its sender. */
  readonly status: number;
}

/** A request that is not a delivery, or could not be read as a request at all. */
export interface TurnedAway {
  readonly kind: 'refused';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly status: number;
  /** Method and target, cut; null where no request line could be read. */
  readonly request: string | null;
  /** In a few words, with the limit that was exceeded. */
  readonly reason: string;
}

/** Counts of unverified requests that were not kept. */
interface Untold {
  readonly kind: 'untold';
  /** Requests that were not deliveries. */
  readonly turnedAway: number;
  /** Deliveries that failed verification. */
  readonly unverified: number;
}

/** What a listener reports. */
export type ListenEvent = Answered | TurnedAway | Untold;
