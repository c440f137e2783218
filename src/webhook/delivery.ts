import type { HeaderList } from '../ports/exchange.ts';
import type { VerifyFailure } from './signature.ts';

/** A request to the receiver's path that claims to be a delivery. */
export interface Delivery {
  /** Milliseconds since the Unix epoch, when the body was whole. */
  readonly receivedAt: number;
  /** Null when the header is missing or repeated. */
  readonly deliveryId: string | null;
  /** Null when the header is missing or repeated. Not covered by the signature, unlike the body's `type`. */
  readonly claimedEvent: string | null;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** The body decoded, a byte order mark included; null when it is not UTF-8. */
  readonly text: string | null;
  /** Why it is not believed; null for a verified one. */
  readonly reason: VerifyFailure | null;
  /** It is signed with another secret than the current one: the previous one, during a rotation. */
  readonly isPreviousSecret: boolean;
  readonly standing: 'first' | 'retry' | 'duplicate';
  /** The body parsed, when it is verified JSON; undefined otherwise. */
  readonly json: unknown;
  readonly isJson: boolean;
}
