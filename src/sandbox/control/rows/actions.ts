import * as v from 'valibot';
import { described, list, object, optional, text } from '../../message/shape.ts';
import { subjectTypes } from '../../world/happening.ts';
import { eventId, type Operation, usual } from './operation.ts';

/** Subjects in one answer, unless asked for fewer. */
const mostSubjects = 200;

const field = object({
  name: text('the name for `set`; answers of the form have the prefix `custom_form_fields.`'),
  about: v.string(),
  values: described(list(v.string()), 'the only possible ones; empty for any'),
});
const action = object({
  name: v.string(),
  summary: v.string(),
  subjects: described(list(v.picklist(subjectTypes)), 'types of its subjects'),
  from: described(v.nullable(list(v.string())), 'states that it fits; null for an action that creates its subject'),
  sends: described(v.nullable(v.string()), 'event type of the delivery that follows'),
  fields: described(list(field), 'what it may set'),
});
const subject = object({
  type: v.picklist(subjectTypes),
  id: v.string(),
  state: v.string(),
  about: text('a name or a title, possibly empty'),
});

/** The possible actions and their subjects, for completion and for pages. */
export const actionRows = {
  actions: {
    ...usual,
    method: 'GET',
    path: '/actions',
    summary: 'List the actions of `do` with the fields that they may set',
    params: v.strictObject({ event_id: eventId }),
    result: object({ actions: list(action) }),
    refusals: ['not_found'],
  },
  subjects: {
    ...usual,
    method: 'GET',
    path: '/actions/{action}/subjects',
    summary: 'List the subjects that an action fits now, those changed last first',
    params: v.strictObject({
      action: text('the action, such as approve'),
      event_id: eventId,
      starts_with: optional(v.string(), 'only IDs with this prefix'),
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
    result: object({
      subjects: list(subject),
      has_more: described(
        v.boolean(),
        'whether more may fit; in a large event only the first 5,000 subjects are looked at',
      ),
    }),
    refusals: ['unknown_action', 'not_found'],
    example: { params: { action: 'approve', limit: 3 } },
  },
} as const satisfies Record<string, Operation>;
