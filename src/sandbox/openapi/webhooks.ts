import { eventTypes } from '../../webhook/event.ts';
import { envelopeSchema } from '../../webhook/schema/event-schema.ts';
import { choice } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';

const header = (name: string, description: string, schema: JsonSchema) => ({
  ...{ name, in: 'header', required: true, description, schema: { type: 'string', ...schema } },
});

/** The deliveries of Revento, one entry for each event type that the guide names. Source: guide, webhooks. */
export function webhookEntries(): JsonSchema {
  return Object.fromEntries(
    eventTypes.map((row) => {
      const { type, summary, isAssumed = false } = row;
      const schema = envelopeSchema(row);
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
              401: { description: 'The signature or its timestamp is invalid' },
              default: { description: 'Not acknowledged: the delivery is sent again', ...choice('the schedule') },
            },
          },
        },
      ];
    }),
  );
}
