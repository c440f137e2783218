import * as v from 'valibot';
import { subjectTypes } from '../../world/happening.ts';
import { eventId, type Operation } from './operation.ts';

/** Subjects in one answer, unless asked for fewer. */
const mostSubjects = 200;

const field = v.pipe(
  v.object({
    name: v.pipe(
      v.string(),
      v.description('the name for `set`; answers of the form have the prefix `custom_form_fields.`'),
    ),
    about: v.string(),
    values: v.pipe(v.array(v.string()), v.readonly(), v.description('the only possible ones; empty for any')),
  }),
  v.readonly(),
);
const action = v.pipe(
  v.object({
    name: v.string(),
    summary: v.string(),
    subjects: v.pipe(v.array(v.picklist(subjectTypes)), v.readonly(), v.description('types of its subjects')),
    from: v.pipe(
      v.nullable(v.pipe(v.array(v.string()), v.readonly())),
      v.description('states that it fits; null for an action that creates its subject'),
    ),
    sends: v.pipe(v.nullable(v.string()), v.description('event type of the delivery that follows')),
    fields: v.pipe(v.array(field), v.readonly(), v.description('what it may set')),
  }),
  v.readonly(),
);
const subject = v.pipe(
  v.object({
    type: v.picklist(subjectTypes),
    id: v.string(),
    state: v.string(),
    about: v.pipe(v.string(), v.description('a name or a title, possibly empty')),
  }),
  v.readonly(),
);

/** The possible actions and their subjects, for completion and for pages. */
export const actionRows = {
  actions: {
    method: 'GET',
    path: '/actions',
    status: 200,
    summary: 'List the actions of `do` with the fields that they may set',
    params: v.strictObject({ event_id: eventId }),
    result: v.pipe(v.object({ actions: v.pipe(v.array(action), v.readonly()) }), v.readonly()),
    refusals: ['not_found'],
    example: { params: {} },
  },
  subjects: {
    method: 'GET',
    path: '/actions/{action}/subjects',
    status: 200,
    summary: 'List the subjects that an action fits now, those changed last first',
    params: v.strictObject({
      action: v.pipe(v.string(), v.description('the action, such as approve')),
      event_id: eventId,
      starts_with: v.exactOptional(v.pipe(v.string(), v.description('only IDs with this prefix'))),
      limit: v.optional(
        v.pipe(
          v.number(),
          v.safeInteger(),
          v.minValue(1),
          v.maxValue(mostSubjects),
          v.description('the most subjects to return'),
        ),
        50,
      ),
    }),
    result: v.pipe(
      v.object({
        subjects: v.pipe(v.array(subject), v.readonly()),
        has_more: v.pipe(
          v.boolean(),
          v.description('whether more may fit; in a large event only the first 5,000 subjects are looked at'),
        ),
      }),
      v.readonly(),
    ),
    refusals: ['unknown_action', 'not_found'],
    example: { params: { action: 'approve', limit: 3 } },
  },
} as const satisfies Record<string, Operation>;
