import * as v from 'valibot';
import { delivery } from '../../deliveries/delivery.ts';
import { described, list, loginKind, object, optional, text } from '../../message/shape.ts';
import { snapshot } from '../../saved/snapshot.ts';
import { fields, happening } from '../../world/happening.ts';
import { eventId, flag, type Operation, usual } from './operation.ts';

const happened = object({
  happening,
  delivery_id: described(v.nullable(v.string()), 'null when no delivery follows, or only a later one'),
  withheld: described(v.nullable(v.string()), 'why no delivery follows although the action sends one'),
});
const deliveries = list(delivery);

/** Changes in the world of the sandbox. */
export const lifeRows = {
  do: {
    ...usual,
    method: 'POST',
    path: '/do',
    summary: 'Make a change: the API shows it, and a delivery reports it',
    params: v.strictObject({
      action: text('the action, such as approve'),
      ids: v.optional(
        v.pipe(
          v.array(v.string()),
          v.minLength(1, 'must name at least one subject, or be left out'),
          v.description('ids of the subjects; default: one that fits'),
        ),
      ),
      event_id: eventId,
      set: v.optional(described(fields, 'fields to set, for actions that take them'), {}),
    }),
    result: object({ happened: list(happened) }),
    refusals: ['unknown_action', 'not_a_parameter', 'not_found', 'does_not_fit', 'nobody_fits'],
    example: { params: { action: 'apply', set: { first_name: 'Ada', last_name: 'King' } } },
  },
  happenings: {
    ...usual,
    method: 'GET',
    path: '/happenings',
    summary: 'List all changes, oldest first',
    result: object({ happenings: list(happening) }),
  },
  login: {
    ...usual,
    method: 'POST',
    path: '/login',
    summary: 'Log in without the consent page: return the tokens of a new consent',
    params: v.strictObject({
      kind: v.optional(loginKind, 'installation'),
      event_id: eventId,
      participant_id: optional(v.string(), 'id of the participant who logs in; default: the first one'),
      scope: optional(v.array(v.string()), 'scopes to grant; default: all scopes of that kind'),
    }),
    result: object({
      access_token: v.string(),
      refresh_token: v.string(),
      scope: text('separated by spaces'),
      event_id: v.string(),
      organization_id: v.string(),
      token_type: v.literal('Bearer'),
      expires_in: described(v.number(), 'seconds'),
      refresh_expires_in: described(v.number(), 'seconds'),
      user_id: v.exactOptional(v.string()),
    }),
    refusals: ['not_found'],
    example: { params: { kind: 'user' } },
  },
  revoke: {
    ...usual,
    method: 'POST',
    path: '/revoke',
    summary: 'End logins, as an organizer or participants would in Revento',
    params: v.strictObject({
      kind: v.optional(loginKind, 'installation'),
      event_id: eventId,
    }),
    result: object({
      revoked: described(v.number(), 'number of logins that ended'),
      event_id: v.string(),
      kind: loginKind,
      deliveries,
    }),
    refusals: ['not_found'],
    example: { params: { kind: 'installation' } },
  },
  status: {
    ...usual,
    method: 'GET',
    path: '/status',
    summary: 'Show what the sandbox is and who is connected',
    result: object({
      started_at: text('real time'),
      events: list(object({ id: v.string(), title: v.string(), participants: v.number() })),
      connections: described(
        list(
          object({
            id: v.string(),
            kind: loginKind,
            event_id: v.string(),
            user_id: v.nullable(v.string()),
            scope: list(v.string()),
            connected_at: v.string(),
          }),
        ),
        'active consents',
      ),
      suspended: v.boolean(),
      webhook_url: v.nullable(v.string()),
      deliveries: described(
        object({ pending: v.number(), delivered: v.number(), dead: v.number() }),
        'how many there are in each state',
      ),
      happenings: v.number(),
      kept: described(
        v.nullable(
          object({
            path: v.string(),
            since: text('when it was started; real time'),
            problem: described(
              v.nullable(v.string()),
              'why the latest changes are in memory only; null when they are written',
            ),
          }),
        ),
        'the file that a restart continues from; null where nothing is kept',
      ),
    }),
  },
  save: {
    ...usual,
    method: 'GET',
    path: '/state',
    summary: 'Return the whole state of the sandbox, to start another one from it',
    result: object({ saved: snapshot }),
  },
  reset: {
    ...usual,
    method: 'POST',
    path: '/reset',
    summary: 'End logins, clear rate limits and deliveries, and restore the faults given at the start',
    params: v.strictObject({ keep_logins: flag('keep logins: tokens stay valid') }),
    result: object({ reset: v.literal(true) }),
    example: { params: { keep_logins: true } },
  },
} as const satisfies Record<string, Operation>;
