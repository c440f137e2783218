import * as v from 'valibot';
import { applicationStatuses } from '../../world/people.ts';
import { eventId, type Operation } from './operation.ts';

/** Rows in one answer. */
const mostRows = 200;

const statusCounts = v.object(
  Object.fromEntries(applicationStatuses.map((status) => [status, v.number()])) as Record<
    (typeof applicationStatuses)[number],
    v.NumberSchema<undefined>
  >,
);
const application = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.description('id of the participant')),
    name: v.string(),
    status: v.picklist(applicationStatuses),
    role: v.string(),
    email: v.string(),
    submitted_at: v.nullable(v.string()),
    last_reviewed_at: v.nullable(v.string()),
  }),
  v.readonly(),
);
const activity = v.pipe(
  v.object({
    id: v.string(),
    title: v.string(),
    status: v.string(),
    location_id: v.nullable(v.string()),
    starts_at: v.nullable(v.string()),
    ends_at: v.nullable(v.string()),
    signups: v.number(),
    capacity: v.pipe(v.nullable(v.number()), v.description('null when it is not limited')),
    capacity_state: v.string(),
  }),
  v.readonly(),
);
const consent = v.pipe(
  v.object({
    id: v.string(),
    kind: v.picklist(['installation', 'user']),
    client_id: v.string(),
    client_name: v.string(),
    event_id: v.string(),
    user_id: v.nullable(v.string()),
    user_name: v.pipe(v.nullable(v.string()), v.description('null for an organizer')),
    scope: v.pipe(v.array(v.string()), v.readonly()),
    connected_at: v.string(),
    revoked_at: v.pipe(v.nullable(v.string()), v.description('null while it is active')),
  }),
  v.readonly(),
);

const owner = v.pipe(
  v.object({
    participant_id: v.string(),
    name: v.pipe(v.string(), v.description('without markers')),
    event_id: v.string(),
    is_revoked: v.pipe(
      v.boolean(),
      v.description('whether the consent that their data came by was revoked, and no other covers it'),
    ),
  }),
  v.readonly(),
);

/** Markers in one question. */
export const mostMarkers = 1_000;

/** Who takes part, in what, and who consented. */
export const peopleRows = {
  applications: {
    method: 'GET',
    path: '/applications',
    status: 200,
    summary: 'List applications of an event by status: changed ones first, latest change first, then the others',
    params: v.strictObject({
      event_id: eventId,
      status: v.exactOptional(v.pipe(v.picklist(applicationStatuses), v.description('only those in this status'))),
      search: v.exactOptional(v.pipe(v.string(), v.description('part of a name, or an id'))),
      offset: v.optional(v.pipe(v.number(), v.minValue(0), v.description('rows to skip')), 0),
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(mostRows), v.description('rows to return')), 50),
    }),
    result: v.pipe(
      v.object({
        counts: v.pipe(statusCounts, v.readonly(), v.description('of the whole event, by status')),
        total: v.pipe(v.number(), v.description('rows that match the query')),
        applications: v.pipe(v.array(application), v.readonly()),
      }),
      v.readonly(),
    ),
    refusals: ['not_found'],
    example: { params: { status: 'pending', limit: 3 } },
  },
  activities: {
    method: 'GET',
    path: '/activities',
    status: 200,
    summary: 'List the activities of an event with their signups',
    params: v.strictObject({ event_id: eventId }),
    result: v.pipe(v.object({ activities: v.pipe(v.array(activity), v.readonly()) }), v.readonly()),
    refusals: ['not_found'],
    example: { params: {} },
  },
  consents: {
    method: 'GET',
    path: '/consents',
    status: 200,
    summary: 'List who consented to what, latest first, including revoked consents',
    params: v.strictObject({
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(mostRows), v.description('rows to return')), 100),
    }),
    result: v.pipe(
      v.object({
        total: v.number(),
        consents: v.pipe(v.array(consent), v.readonly()),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: {} },
  },
  owners: {
    method: 'POST',
    path: '/owners',
    status: 200,
    summary: 'Say whose data markers are in that were found somewhere (sandbox start --canaries)',
    params: v.strictObject({
      markers: v.pipe(
        v.array(v.string()),
        v.maxLength(mostMarkers, `must have at most ${mostMarkers} entries`),
        v.description('such as rvcanaryn0000000100005ok9'),
      ),
    }),
    result: v.pipe(
      v.object({
        canaries: v.pipe(v.boolean(), v.description('whether the people of this sandbox carry markers')),
        owners: v.pipe(
          v.array(v.nullable(owner)),
          v.readonly(),
          v.description('one for each marker; null for a token or secret, and for nobody of this sandbox'),
        ),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: { markers: ['rvcanaryn0000000100005ok9'] } },
  },
} as const satisfies Record<string, Operation>;
