import * as v from 'valibot';

/** One attempt to deliver, in the shape that the control API and NDJSON show. */
export const attempt = v.pipe(
  v.object({
    at: v.string(),
    status: v.pipe(v.nullable(v.number()), v.description('null without a complete response')),
    ms: v.number(),
    error: v.pipe(v.nullable(v.string()), v.description('why it was not acknowledged; null when it was')),
    signed_with: v.pipe(v.picklist(['current', 'previous']), v.description('previous only during a secret rotation')),
  }),
  v.readonly(),
);
export type Attempt = v.InferOutput<typeof attempt>;

export const deliveryStates = ['pending', 'delivered', 'dead'] as const;

/** A delivery with its history. `dead`: given up after the last retry. */
export const delivery = v.pipe(
  v.object({
    delivery_id: v.string(),
    event: v.string(),
    event_id: v.nullable(v.string()),
    subject: v.pipe(
      v.optional(v.nullable(v.string()), null),
      v.description('the id of its subject; null for a made-up one'),
    ),
    created_at: v.string(),
    state: v.picklist(deliveryStates),
    attempts: v.pipe(v.array(attempt), v.readonly()),
    next_attempt_at: v.pipe(v.nullable(v.string()), v.description('when the next retry is due; null when none is')),
  }),
  v.readonly(),
);
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
