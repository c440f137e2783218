import type { Json } from '../../json/value.ts';
import { type EventRow, eventTypes, knownType } from '../event.ts';

/** JSON Schema 2020-12. */
type Schema = { readonly [keyword: string]: Json };

/** What `$schema` says of these. */
export const schemaDialect = 'https://json-schema.org/draft/2020-12/schema';

/** Of a sample; the values do not matter, only of which kind each is. */
const context = {
  id: 'evt_delivery_1',
  occurredAt: '2027-06-10T09:00:00Z',
  eventId: 'evt_1',
  organizationId: 'org_1',
};

const text: Schema = { type: 'string' };
const time: Schema = { type: 'string', format: 'date-time' };
const nullable: Schema = { type: ['string', 'null'] };
const envelopeFields = ['id', 'type', 'occurred_at', 'event_id', 'organization_id', 'data'];

/**
 * The schema of a whole delivery body of one type. What the guide documents is required; assumed fields, marked with
 * `x-choice`, may be missing or null; further fields are always allowed.
 *
 * Source: guide, webhook envelope and event types.
 */
export function envelopeSchema({ type, isAssumed, isIntegrationLevel, data }: EventRow): Schema {
  const id = isIntegrationLevel === true ? { type: 'null' } : text;
  return envelope({ const: type }, id, dataSchema(data(context), isAssumed === true));
}

/** The schema of a body by its `type`; one that is unknown, or is not text, may have any data. */
export function schemaOfType(type: unknown): Schema {
  const row = typeof type === 'string' ? knownType(type) : undefined;
  return row === undefined ? envelope(text, nullable, {}) : envelopeSchema(row);
}

/** The schema of any delivery body: one of the known types, or one that was added later. */
export function anyEventSchema(): Schema {
  const known = eventTypes.map((row) => [row.type, { description: row.summary, ...envelopeSchema(row) }] as const);
  const unknown = { type: 'string', not: { enum: known.map(([type]) => type) } };
  return {
    $schema: schemaDialect,
    title: 'Delivery of a Revento webhook',
    description: 'x-choice marks what the guide leaves open: it is assumed',
    oneOf: [
      ...known.map(([type]) => ({ $ref: `#/$defs/${type}` })),
      { description: 'a type that was added later', ...envelope(unknown, nullable, {}) },
    ],
    $defs: Object.fromEntries(known),
  };
}

function envelope(type: Schema, id: Schema, data: Schema): Schema {
  return {
    type: 'object',
    properties: { id: text, type, occurred_at: time, event_id: id, organization_id: id, data },
    required: envelopeFields,
  };
}

/** Documented fields are always there; assumed ones may be missing or null. */
function dataSchema(data: { readonly [field: string]: Json }, isAssumed: boolean): Schema {
  const properties = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, fieldSchema(name, value, isAssumed)]),
  );
  return { type: 'object', properties, ...(!isAssumed && { required: Object.keys(data) }) };
}

function fieldSchema(name: string, value: Json, isAssumed: boolean): Schema {
  const type = Number.isInteger(value) ? 'integer' : typeof value;
  return {
    type: isAssumed ? [type, 'null'] : type,
    ...(name.endsWith('_at') && { format: 'date-time' }),
    ...(isAssumed && { 'x-choice': true }),
  };
}
