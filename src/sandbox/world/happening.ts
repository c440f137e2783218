import * as v from 'valibot';
import { isRecord } from '../../json/parse.ts';
import type { Json } from '../../json/value.ts';
import { described, object, text } from '../message/shape.ts';

/** The subject of a change. */
export const subjectTypes = ['participant', 'activity', 'connection', 'event', 'integration'] as const;
export type SubjectType = (typeof subjectTypes)[number];

/** Who made the change. `revento` is the platform itself. */
export const actors = ['organizer', 'participant', 'revento'] as const;
export type Actor = (typeof actors)[number];

/** Some fields of a subject. */
export type Fields = { readonly [field: string]: Json | undefined };

/** Any JSON object. A separate schema, because one that names every JSON value is too deep for the compiler. */
export const fields = v.custom<Fields>(isRecord, 'must be a JSON object');

/**
 * One change: the state of a sandbox is the data of its seed plus these, in order. Wire names, because the
 * control API, the timeline and saved sandboxes show it unchanged.
 */
export const happening = object({
  id: text('hap_ and an increasing number'),
  at: text('time of the sandbox, ISO 8601 UTC with whole seconds'),
  action: v.string(),
  actor: v.picklist(actors),
  event_id: v.nullable(v.string()),
  subject: object({ type: v.picklist(subjectTypes), id: v.string() }),
  before: described(v.nullable(fields), 'the changed fields before; null for a new subject'),
  after: described(fields, 'the same fields after; all fields of a new subject'),
});
export type Happening = v.InferOutput<typeof happening>;
