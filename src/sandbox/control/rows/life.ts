import * as v from 'valibot';
import { delivery } from '../../deliveries/delivery.ts';
import { snapshot } from '../../saved/snapshot.ts';
import { fields, happening } from '../../world/happening.ts';
import { eventId, flag, type Operation } from './operation.ts';

const happened = v.pipe(
  v.object({
    happening,
    delivery_id: v.pipe(v.nullable(v.string()), v.description('null when no delivery follows, or only a later one')),
    withheld: v.pipe(v.nullable(v.string()), v.description('why no delivery follows although the action sends one')),
  }),
  v.readonly(),
);
const deliveries = v.pipe(v.array(delivery), v.readonly());

/** Changes in the world of the sandbox. */
export const lifeRows = {
  do: {
    method: 'POST',
    path: '/do',
    status: 200,
    summary: 'Make a change: the API shows it, and a delivery reports it',
    params: v.strictObject({
      action: v.pipe(v.string(), v.description('the action, such as approve')),
      ids: v.optional(
        v.pipe(
          v.array(v.string()),
          v.minLength(1, 'must name at least one subject, or be left out'),
          v.description('ids of the subjects; default: one that fits'),
        ),
      ),
      event_id: eventId,
      set: v.optional(v.pipe(fields, v.description('fields to set, for actions that take them')), {}),
    }),
    result: v.pipe(v.object({ happened: v.pipe(v.array(happened), v.readonly()) }), v.readonly()),
    refusals: ['unknown_action', 'not_a_parameter', 'not_found', 'does_not_fit', 'nobody_fits'],
    example: { params: { action: 'apply', set: { first_name: 'Ada', last_name: 'King' } } },
  },
  happenings: {
    method: 'GET',
    path: '/happenings',
    status: 200,
    summary: 'List all changes, oldest first',
    params: v.strictObject({}),
    result: v.pipe(v.object({ happenings: v.pipe(v.array(happening), v.readonly()) }), v.readonly()),
    refusals: [],
    example: { params: {} },
  },
  login: {
    method: 'POST',
    path: '/login',
    status: 200,
    summary: 'Log in without the consent page: return the tokens of a new consent',
    params: v.strictObject({
      kind: v.optional(v.picklist(['installation', 'user']), 'installation'),
      event_id: eventId,
      participant_id: v.exactOptional(
        v.pipe(v.string(), v.description('id of the participant who logs in; default: the first one')),
      ),
      scope: v.exactOptional(
        v.pipe(v.array(v.string()), v.description('scopes to grant; default: all scopes of that kind')),
      ),
    }),
    result: v.pipe(
      v.object({
        access_token: v.string(),
        refresh_token: v.string(),
        scope: v.pipe(v.string(), v.description('separated by spaces')),
        event_id: v.string(),
        organization_id: v.string(),
        token_type: v.literal('Bearer'),
        expires_in: v.pipe(v.number(), v.description('seconds')),
        refresh_expires_in: v.pipe(v.number(), v.description('seconds')),
        user_id: v.exactOptional(v.string()),
      }),
      v.readonly(),
    ),
    refusals: ['not_found'],
    example: { params: { kind: 'user' } },
  },
  revoke: {
    method: 'POST',
    path: '/revoke',
    status: 200,
    summary: 'End logins, as an organizer or participants would in Revento',
    params: v.strictObject({
      kind: v.optional(v.picklist(['installation', 'user']), 'installation'),
      event_id: eventId,
    }),
    result: v.pipe(
      v.object({
        revoked: v.pipe(v.number(), v.description('number of logins that ended')),
        event_id: v.string(),
        kind: v.picklist(['installation', 'user']),
        deliveries,
      }),
      v.readonly(),
    ),
    refusals: ['not_found'],
    example: { params: { kind: 'installation' } },
  },
  status: {
    method: 'GET',
    path: '/status',
    status: 200,
    summary: 'Show what the sandbox is and who is connected',
    params: v.strictObject({}),
    result: v.pipe(
      v.object({
        started_at: v.pipe(v.string(), v.description('real time')),
        events: v.pipe(
          v.array(v.pipe(v.object({ id: v.string(), title: v.string(), participants: v.number() }), v.readonly())),
          v.readonly(),
        ),
        connections: v.pipe(
          v.array(
            v.pipe(
              v.object({
                id: v.string(),
                kind: v.picklist(['installation', 'user']),
                event_id: v.string(),
                user_id: v.nullable(v.string()),
                scope: v.pipe(v.array(v.string()), v.readonly()),
                connected_at: v.string(),
              }),
              v.readonly(),
            ),
          ),
          v.readonly(),
          v.description('active consents'),
        ),
        suspended: v.boolean(),
        webhook_url: v.nullable(v.string()),
        deliveries: v.pipe(
          v.object({ pending: v.number(), delivered: v.number(), dead: v.number() }),
          v.readonly(),
          v.description('how many there are in each state'),
        ),
        happenings: v.number(),
        kept: v.pipe(
          v.nullable(
            v.pipe(
              v.object({
                path: v.string(),
                since: v.pipe(v.string(), v.description('when it was started; real time')),
                problem: v.pipe(
                  v.nullable(v.string()),
                  v.description('why the latest changes are in memory only; null when they are written'),
                ),
              }),
              v.readonly(),
            ),
          ),
          v.description('the file that a restart continues from; null where nothing is kept'),
        ),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: {} },
  },
  save: {
    method: 'GET',
    path: '/state',
    status: 200,
    summary: 'Return the whole state of the sandbox, to start another one from it',
    params: v.strictObject({}),
    result: v.pipe(v.object({ saved: snapshot }), v.readonly()),
    refusals: [],
    example: { params: {} },
  },
  reset: {
    method: 'POST',
    path: '/reset',
    status: 200,
    summary: 'End logins, clear rate limits and deliveries, and restore the faults given at the start',
    params: v.strictObject({ keep_logins: flag('keep logins: tokens stay valid') }),
    result: v.pipe(v.object({ reset: v.literal(true) }), v.readonly()),
    refusals: [],
    example: { params: { keep_logins: true } },
  },
} as const satisfies Record<string, Operation>;
