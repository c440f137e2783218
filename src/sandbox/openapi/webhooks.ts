import type { Json } from '../../json/value.ts';
import { eventTypes } from '../../webhook/event.ts';
import { choice } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';

const at = '2027-06-10T09:00:00Z';
const sample = { occurredAt: at, id: 'evt_delivery_1', eventId: 'evt_1', organizationId: 'org_1' };

const header = (name: string, description: string, schema: JsonSchema) => ({
  ...{ name, in: 'header', required: true, description, schema: { type: 'string', ...schema } },
});

/** The deliveries of Revento, one entry for each event type that the guide names. Source: guide, webhooks. */
export function webhookEntries(): JsonSchema {
  return Object.fromEntries(
    eventTypes.map(({ type, summary, isAssumed = false, isIntegrationLevel = false, data }) => {
      const schema = envelopeOf(type, dataOf(data(sample), isAssumed), isIntegrationLevel);
      return [
        type,
        {
          post: {
            operationId: `deliver.${type}`,
            tags: ['Webhooks'],
            summary: `Deliver: ${summary}`,
            ...(isAssumed && choice('the fields of data')),
            parameters: [
              header('X-Revento-Event', 'the event type', { const: type }),
              header('X-Revento-Delivery-Id', 'the same for every attempt', { format: 'uuid' }),
              header('X-Revento-Timestamp', 'Unix seconds', { pattern: '^\\d+$' }),
              header('X-Revento-Signature', 'HMAC-SHA256 over timestamp, a dot and the raw body', {
                pattern: '^sha256=[0-9a-f]{64}$',
              }),
            ],
            requestBody: { required: true, content: { 'application/json': { schema } } },
            responses: {
              '2XX': { description: 'Acknowledged, within ten seconds' },
              401: { description: 'The signature, or the time in it, is not valid' },
              default: { description: 'Not acknowledged: the delivery is sent again', ...choice('the schedule') },
            },
          },
        },
      ];
    }),
  );
}

function envelopeOf(type: string, data: JsonSchema, isIntegrationLevel: boolean): JsonSchema {
  const id: JsonSchema = isIntegrationLevel ? { type: 'null' } : { type: 'string' };
  return {
    type: 'object',
    properties: {
      id: { type: 'string' },
      type: { const: type },
      occurred_at: { type: 'string', format: 'date-time' },
      event_id: id,
      organization_id: id,
      data,
    },
    required: ['id', 'type', 'occurred_at', 'event_id', 'organization_id', 'data'],
  };
}

/** Documented fields are always there; assumed ones may be missing or null. */
function dataOf(data: { readonly [field: string]: Json }, isAssumed: boolean): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, fieldOf(name, value, isAssumed)]),
  );
  return { type: 'object', properties, ...(!isAssumed && { required: Object.keys(data) }) };
}

function fieldOf(name: string, value: Json, isAssumed: boolean): JsonSchema {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return {
    type: isAssumed ? [type, 'null'] : type,
    ...(name.endsWith('_at') && { format: 'date-time' }),
    ...(isAssumed && { 'x-choice': true }),
  };
}
