import * as v from 'valibot';
import { described, list, object } from '../message/shape.ts';

/** One attempt to deliver, in the shape that the control API and NDJSON show. */
export const attempt = object({
  at: v.string(),
  status: described(v.nullable(v.number()), 'null without a complete response'),
  ms: v.number(),
  error: described(v.nullable(v.string()), 'why it was not acknowledged; null when it was'),
  signed_with: described(v.picklist(['current', 'previous']), 'previous only during a secret rotation'),
});
export type Attempt = v.InferOutput<typeof attempt>;

export const deliveryStates = ['pending', 'delivered', 'dead'] as const;

/** A delivery with its history. `dead`: given up after the last retry. */
export const delivery = object({
  delivery_id: v.string(),
  event: v.string(),
  event_id: v.nullable(v.string()),
  subject: described(v.optional(v.nullable(v.string()), null), 'the id of its subject; null for a made-up one'),
  created_at: v.string(),
  state: v.picklist(deliveryStates),
  attempts: list(attempt),
  next_attempt_at: described(v.nullable(v.string()), 'when the next retry is due; null when none is'),
});
export type Delivery = v.InferOutput<typeof delivery>;

/** One attempt, as `revento sandbox start -o ndjson` prints it. */
export interface DeliveryEntry extends Attempt {
  readonly type: 'delivery';
  readonly delivery_id: string;
  readonly event: string;
  readonly subject: string | null;
  readonly attempt: number;
  readonly state: Delivery['state'];
  readonly next_attempt_at: string | null;
}
