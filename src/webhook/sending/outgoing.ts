import type { HeaderList } from '../../ports/exchange.ts';
import { sign } from '../signature.ts';

/** A delivery that is about to be sent. */
export interface Outgoing {
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Send the body in pieces of this size with a pause between. */
  readonly drip?: { readonly bytes: number; readonly pauseMs: number };
}

interface OutgoingParts {
  readonly secret: string;
  readonly type: string;
  readonly deliveryId: string;
  /** Header text; Unix seconds, or a faulty value. */
  readonly timestamp: string;
  readonly body: Uint8Array;
  /** Default: the correct one. */
  readonly signature?: string;
}

/** A delivery as Revento sends it. */
export function outgoing({ secret, type, deliveryId, timestamp, body, signature }: OutgoingParts): Outgoing {
  return {
    headers: [
      ['Content-Type', 'application/json'],
      ['User-Agent', 'revento-cli'],
      ['X-Revento-Event', type],
      ['X-Revento-Delivery-Id', deliveryId],
      ['X-Revento-Timestamp', timestamp],
      ['X-Revento-Signature', signature ?? sign(secret, timestamp, body)],
    ],
    body,
  };
}

/** The same delivery without a header. */
export function without(delivery: Outgoing, name: string): Outgoing {
  return { ...delivery, headers: delivery.headers.filter(([key]) => key.toLowerCase() !== name.toLowerCase()) };
}
