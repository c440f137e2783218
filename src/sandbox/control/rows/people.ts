import * as v from 'valibot';
import { described, list, loginKind, object, optional, text } from '../../message/shape.ts';
import { applicationStatuses } from '../../world/people.ts';
import { eventId, type Operation, usual } from './operation.ts';

/** Rows in one answer. */
const mostRows = 200;

const statusCounts = v.object(
  Object.fromEntries(applicationStatuses.map((status) => [status, v.number()])) as Record<
    (typeof applicationStatuses)[number],
    v.NumberSchema<undefined>
  >,
);
const application = object({
  id: text('id of the participant'),
  name: v.string(),
  status: v.picklist(applicationStatuses),
  role: v.string(),
  email: v.string(),
  submitted_at: v.nullable(v.string()),
  last_reviewed_at: v.nullable(v.string()),
});
const activity = object({
  id: v.string(),
  title: v.string(),
  status: v.string(),
  location_id: v.nullable(v.string()),
  starts_at: v.nullable(v.string()),
  ends_at: v.nullable(v.string()),
  signups: v.number(),
  capacity: described(v.nullable(v.number()), 'null when it is not limited'),
  capacity_state: v.string(),
});
const consent = object({
  id: v.string(),
  kind: loginKind,
  client_id: v.string(),
  client_name: v.string(),
  event_id: v.string(),
  user_id: v.nullable(v.string()),
  user_name: described(v.nullable(v.string()), 'null for an organizer'),
  scope: list(v.string()),
  connected_at: v.string(),
  revoked_at: described(v.nullable(v.string()), 'null while it is active'),
});

const owner = object({
  participant_id: v.string(),
  name: text('without markers'),
  event_id: v.string(),
  is_revoked: described(v.boolean(), 'whether the consent that their data came by was revoked, and no other covers it'),
});

/** Markers in one question. */
export const mostMarkers = 1_000;

/** Who takes part, in what, and who consented. */
export const peopleRows = {
  applications: {
    ...usual,
    method: 'GET',
    path: '/applications',
    summary: 'List applications of an event by status: changed ones first, latest change first, then the others',
    params: v.strictObject({
      event_id: eventId,
      status: optional(v.picklist(applicationStatuses), 'only those in this status'),
      search: optional(v.string(), 'part of a name, or an id'),
      offset: v.optional(v.pipe(v.number(), v.minValue(0), v.description('rows to skip')), 0),
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(mostRows), v.description('rows to return')), 50),
    }),
    result: object({
      counts: v.pipe(statusCounts, v.readonly(), v.description('of the whole event, by status')),
      total: described(v.number(), 'rows that match the query'),
      applications: list(application),
    }),
    refusals: ['not_found'],
    example: { params: { status: 'pending', limit: 3 } },
  },
  activities: {
    ...usual,
    method: 'GET',
    path: '/activities',
    summary: 'List the activities of an event with their signups',
    params: v.strictObject({ event_id: eventId }),
    result: object({ activities: list(activity) }),
    refusals: ['not_found'],
  },
  consents: {
    ...usual,
    method: 'GET',
    path: '/consents',
    summary: 'List who consented to what, latest first, including revoked consents',
    params: v.strictObject({
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(mostRows), v.description('rows to return')), 100),
    }),
    result: object({
      total: v.number(),
      consents: list(consent),
    }),
  },
  owners: {
    ...usual,
    method: 'POST',
    path: '/owners',
    summary: 'Say whose data markers are in that were found somewhere (sandbox start --canaries)',
    params: v.strictObject({
      markers: v.pipe(
        v.array(v.string()),
        v.maxLength(mostMarkers, `must have at most ${mostMarkers} entries`),
        v.description('such as rvcanaryn0000000100005ok9'),
      ),
    }),
    result: object({
      canaries: described(v.boolean(), 'whether the people of this sandbox carry markers'),
      owners: described(
        list(v.nullable(owner)),
        'one for each marker; null for a token or secret, and for nobody of this sandbox',
      ),
    }),
    example: { params: { markers: ['rvcanaryn0000000100005ok9'] } },
  },
} as const satisfies Record<string, Operation>;
