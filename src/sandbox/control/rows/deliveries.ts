import * as v from 'valibot';
import { delivery, deliveryStates } from '../../deliveries/delivery.ts';
import { described, eventType, list, object, optional, text } from '../../message/shape.ts';
import { happening } from '../../world/happening.ts';
import { eventId, flag, json, type Operation, usual } from './operation.ts';

const deliveries = list(delivery);

/** An example with the id of a delivery. */
const ofSent = {
  params: {},
  after: {
    operation: 'trigger',
    params: { type: 'application.approved' },
    gives: { param: 'delivery_id', from: '.delivery.delivery_id' },
  },
} as const;

/** Sent deliveries, and sending them. */
export const deliveryRows = {
  deliveries: {
    ...usual,
    method: 'GET',
    path: '/deliveries',
    summary: 'List what was sent, oldest first',
    params: v.strictObject({
      state: optional(v.picklist(deliveryStates), 'only those in this state'),
      latest: optional(v.pipe(v.number(), v.minValue(1)), 'return only this many of the newest entries'),
    }),
    result: object({ deliveries }),
  },
  delivery_body: {
    ...usual,
    method: 'GET',
    path: '/deliveries/{delivery_id}/body',
    summary: 'Get the body of a delivery as it is sent, byte for byte',
    params: v.strictObject({ delivery_id: v.string() }),
    result: object({ body: text('its UTF-8 is what is signed') }),
    refusals: ['not_found'],
    example: ofSent,
  },
  redeliver: {
    ...usual,
    method: 'POST',
    path: '/deliveries/{delivery_id}/redeliver',
    status: 202,
    summary: 'Send a delivery again under its id, with a new signature',
    params: v.strictObject({ delivery_id: v.string() }),
    result: delivery,
    refusals: ['not_found', 'no_webhook_url'],
    example: ofSent,
  },
  trigger: {
    ...usual,
    method: 'POST',
    path: '/trigger',
    status: 202,
    summary: 'Send an event type by making the change that causes it; with data, send only that data',
    params: v.strictObject({
      type: eventType,
      event_id: eventId,
      data: optional(json, 'the data of the envelope'),
    }),
    result: object({
      delivery,
      happened: described(
        list(happening),
        'the change that the delivery reports, and the changes made for it; empty when data was given',
      ),
    }),
    refusals: ['not_found', 'no_webhook_url', 'not_delivered'],
    example: { params: { type: 'application.approved' } },
  },
  rotate: {
    ...usual,
    method: 'POST',
    path: '/rotate',
    summary: 'Start rotating the webhook signing secret, or finish the rotation',
    params: v.strictObject({ finish: flag('finish the rotation: only the new secret is used') }),
    result: object({
      webhook_secret: v.string(),
      webhook_secret_previous: described(v.nullable(v.string()), 'null when only one secret is in use'),
    }),
    refusals: ['no_rotation', 'no_webhook_url'],
    example: { params: { finish: false } },
  },
} as const satisfies Record<string, Operation>;
