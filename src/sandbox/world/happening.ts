import * as v from 'valibot';
import type { Json } from '../../json/value.ts';

/** What somebody did something to. */
export const subjectTypes = ['participant', 'activity', 'connection', 'event', 'integration'] as const;
export type SubjectType = (typeof subjectTypes)[number];

/** Who did it. `revento` is the platform itself. */
export const actors = ['organizer', 'participant', 'revento'] as const;
export type Actor = (typeof actors)[number];

/** Some fields of a subject. */
export type Fields = { readonly [field: string]: Json | undefined };

/** Any JSON object. A schema of its own, because one that names every JSON value goes too deep for the compiler. */
export const fields = v.custom<Fields>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

/**
 * One thing that happened: the state of a sandbox is what its seed grew plus these, in order. Wire names, because the
 * control API, the timeline and saved sandboxes show it as it is.
 */
export const happening = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.description('hap_ and a number that grows by one')),
    at: v.pipe(v.string(), v.description('time of the sandbox, ISO 8601 UTC with whole seconds')),
    action: v.string(),
    actor: v.picklist(actors),
    event_id: v.nullable(v.string()),
    subject: v.pipe(v.object({ type: v.picklist(subjectTypes), id: v.string() }), v.readonly()),
    before: v.pipe(v.nullable(fields), v.description('the changed fields as they were; null for something new')),
    after: v.pipe(fields, v.description('the same fields now; everything of something new')),
  }),
  v.readonly(),
);
export type Happening = v.InferOutput<typeof happening>;
