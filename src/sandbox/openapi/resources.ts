import { choice, nullable, objectOf, text, time } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';

const number: JsonSchema = { type: 'number' };
const nullableTime: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
const status: JsonSchema = {
  type: 'string',
  description: 'pending, approved, rejected or revision_requested; clients must accept other values',
};

const event = objectOf(
  { title: text, description: text, publish_status: text },
  {
    ...{ id: text, organization_id: text, min_age: text, timezone: text, participants_count: number },
    ...{ starts_at: time, ends_at: time, published_at: time, connected_at: time },
  },
);
const participant = objectOf(
  {
    ...{ id: text, user_id: text, application_status: status, role: text, custom_form_fields: { type: 'object' } },
    ...{ last_reviewed_at: nullableTime, last_reviewer_id: nullable('string') },
    last_review_action: { type: ['string', 'null'], description: 'approved, rejected or revision_requested' },
  },
  {
    ...{ application_id: text, first_name: text, last_name: text, display_name: text, email: text, locale: text },
    ...{ registration_wave_id: nullable('string'), submitted_at: time },
  },
);
const activity = objectOf(
  { status: text },
  {
    ...{ id: text, event_id: text, thread_id: nullable('string'), location_id: nullable('string'), title: text },
    ...{ description: text, min_age: text, speakers: { type: 'array', items: text }, capacity: number },
    ...{ registered_count: number, capacity_state: text, starts_at: time, ends_at: time },
  },
);
const thread = objectOf(
  {},
  { id: text, event_id: text, title: text, date: text, position: number, location_id: nullable('string') },
);
const location = objectOf({}, { id: text, event_id: text, type: text, name: text, parent_id: nullable('string') });
const wave = objectOf(
  {},
  { id: text, event_id: text, name: text, position: number, capacity: number, opens_at: time, closes_at: time },
);
const profile = objectOf(
  {},
  { id: text, first_name: text, last_name: text, display_name: text, email: text, locale: text, connected_at: time },
);
const application = objectOf(
  {},
  {
    ...{ id: text, event_id: text, participant_id: text, user_id: text, application_status: status },
    ...{ custom_form_fields: { type: 'object' }, submitted_at: time, last_reviewed_at: nullableTime },
    last_review_action: nullable('string'),
  },
);

const page = (rows: JsonSchema, isList?: string): JsonSchema => ({
  type: 'object',
  ...(isList !== undefined && choice(isList)),
  properties: {
    data: { type: 'array', items: rows },
    next_cursor: { type: ['string', 'null'], description: 'opaque' },
    has_more: { type: 'boolean', description: 'whether another page follows; the only reliable sign of it' },
  },
  required: ['data', 'next_cursor', 'has_more'],
});

const assumedList = 'that it is a list';

/** What each path of the read API answers; a path that is not listed answers an object of unknown shape. */
export const resourceSchemas: Readonly<Record<string, JsonSchema>> = {
  '/events/{event_id}': event,
  '/events/{event_id}/participants': page(participant),
  '/events/{event_id}/activities': page(activity),
  '/events/{event_id}/threads': page(thread, assumedList),
  '/events/{event_id}/locations': page(location, assumedList),
  '/events/{event_id}/registration-waves': page(wave, assumedList),
  '/events/{event_id}/program': {
    ...objectOf({}, { event_id: text, days: { type: 'array', items: { type: 'object' } } }),
    ...choice('that it is one object, and all of its fields'),
  },
  '/me/profile': profile,
  '/me/application': application,
};

/** Whether a path is a list, with `limit` and `cursor`; a path that is not listed may be one. */
export function isList(path: string): boolean {
  const schema = resourceSchemas[path];
  return schema === undefined || 'next_cursor' in ((schema['properties'] as JsonSchema | undefined) ?? {});
}
