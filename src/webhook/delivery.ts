import type { HeaderList } from '../ports/exchange.ts';
import type { VerifyFailure } from './signature.ts';

/** A request to the receiver's path that claims to be a delivery. */
export interface Delivery {
  /** Milliseconds since the Unix epoch, when the body was whole. */
  readonly receivedAt: number;
  /** Null when the header is missing. Different values of a repeated one are joined by commas. */
  readonly deliveryId: string | null;
  /** As `deliveryId`. Not covered by the signature, unlike the body's `type`. */
  readonly claimedEvent: string | null;
  readonly headers: HeaderList;
  /** Whole for a verified delivery; otherwise perhaps only the beginning, see `bodyBytes`. */
  readonly body: Uint8Array;
  /** Length of the whole body; null when it was not read to its end and its length was not declared. */
  readonly bodyBytes: number | null;
  /** `body` decoded, a byte order mark included; null when it is not UTF-8. */
  readonly text: string | null;
  /** Why it failed verification; null for a verified one. */
  readonly reason: VerifyFailure | null;
  /** It is signed with another secret than the current one: the previous one, during a rotation. */
  readonly isPreviousSecret: boolean;
  readonly standing: 'first' | 'retry' | 'duplicate';
  /** The body parsed, when it is verified JSON; undefined otherwise. */
  readonly json: unknown;
  readonly isJson: boolean;
}
