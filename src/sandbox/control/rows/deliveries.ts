import * as v from 'valibot';
import { delivery, deliveryStates } from '../../deliveries/delivery.ts';
import { happening } from '../../world/happening.ts';
import { eventId, flag, json, type Operation } from './operation.ts';

const deliveries = v.pipe(v.array(delivery), v.readonly());

/** Sent deliveries, and sending them. */
export const deliveryRows = {
  deliveries: {
    method: 'GET',
    path: '/deliveries',
    status: 200,
    summary: 'List what was sent, oldest first',
    params: v.strictObject({
      state: v.exactOptional(v.pipe(v.picklist(deliveryStates), v.description('only those in this state'))),
      latest: v.exactOptional(
        v.pipe(v.number(), v.minValue(1), v.description('return only this many of the newest entries')),
      ),
    }),
    result: v.pipe(v.object({ deliveries }), v.readonly()),
    refusals: [],
    example: { params: {} },
  },
  delivery_body: {
    method: 'GET',
    path: '/deliveries/{delivery_id}/body',
    status: 200,
    summary: 'Get the body of a delivery as it is sent, byte for byte',
    params: v.strictObject({ delivery_id: v.string() }),
    result: v.pipe(v.object({ body: v.pipe(v.string(), v.description('its UTF-8 is what is signed')) }), v.readonly()),
    refusals: ['not_found'],
    example: {
      params: {},
      after: {
        operation: 'trigger',
        params: { type: 'application.approved' },
        gives: { param: 'delivery_id', from: '.delivery.delivery_id' },
      },
    },
  },
  redeliver: {
    method: 'POST',
    path: '/deliveries/{delivery_id}/redeliver',
    status: 202,
    summary: 'Send a delivery again under its id, with a new signature',
    params: v.strictObject({ delivery_id: v.string() }),
    result: delivery,
    refusals: ['not_found', 'no_webhook_url'],
    example: {
      params: {},
      after: {
        operation: 'trigger',
        params: { type: 'application.approved' },
        gives: { param: 'delivery_id', from: '.delivery.delivery_id' },
      },
    },
  },
  trigger: {
    method: 'POST',
    path: '/trigger',
    status: 202,
    summary: 'Send an event type by making the change that causes it; with data, send only that data',
    params: v.strictObject({
      // It becomes a header, so it has to be one plain word.
      type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'must be a word such as application.approved')),
      event_id: eventId,
      data: v.exactOptional(v.pipe(json, v.description('the data of the envelope'))),
    }),
    result: v.pipe(
      v.object({
        delivery,
        happened: v.pipe(
          v.array(happening),
          v.readonly(),
          v.description('the change that the delivery reports, and the changes made for it; empty when data was given'),
        ),
      }),
      v.readonly(),
    ),
    refusals: ['not_found', 'no_webhook_url', 'not_delivered'],
    example: { params: { type: 'application.approved' } },
  },
  rotate: {
    method: 'POST',
    path: '/rotate',
    status: 200,
    summary: 'Start rotating the webhook signing secret, or finish the rotation',
    params: v.strictObject({ finish: flag('finish the rotation: only the new secret is used') }),
    result: v.pipe(
      v.object({
        webhook_secret: v.string(),
        webhook_secret_previous: v.pipe(v.nullable(v.string()), v.description('null when only one secret is in use')),
      }),
      v.readonly(),
    ),
    refusals: ['no_rotation', 'no_webhook_url'],
    example: { params: { finish: false } },
  },
} as const satisfies Record<string, Operation>;
