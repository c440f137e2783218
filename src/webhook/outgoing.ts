import { isRecord } from '../json/parse.ts';
import type { Json } from '../json/value.ts';
import type { HeaderList } from '../ports/exchange.ts';
import { sign } from './signature.ts';

/** A delivery that is about to be sent. */
export interface Outgoing {
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Send the body in pieces of this size with a pause between. */
  readonly drip?: { readonly bytes: number; readonly pauseMs: number };
}

export interface OutgoingParts {
  readonly secret: string;
  readonly type: string;
  readonly deliveryId: string;
  /** Header text; Unix seconds unless it is wrong on purpose. */
  readonly timestamp: string;
  readonly body: Uint8Array;
  /** Default: the right one. */
  readonly signature?: string;
}

/** A delivery as Revento sends it. Never throws. */
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

/**
 * A copy of a JSON value with one place changed; objects on the way there are made, array places are numbers.
 *
 * @param path such as `data.custom_form_fields.favorite_track` or `data.items.0`, already split
 */
export function withPath(value: Json | undefined, path: readonly string[], leaf: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  if (Array.isArray(value) && /^\d+$/.test(key)) {
    const list = [...(value as readonly Json[])];
    list[Number(key)] = withPath(list[Number(key)], rest, leaf);
    return list;
  }
  const object = isRecord(value) ? value : {};
  // A computed key, so that __proto__ is a member like any other.
  return { ...object, [key]: withPath(Object.hasOwn(object, key) ? object[key] : undefined, rest, leaf) };
}
