import * as v from 'valibot';
import { loginKind, nothing, optional } from '../../message/shape.ts';
import type { ActionRow } from './row.ts';

/** Consents, and what Revento itself does to an integration or an event. */
export const connectionActions: readonly ActionRow[] = [
  {
    name: 'connect',
    summary: 'An organizer or a participant consents to the integration',
    actor: 'organizer',
    subjects: ['connection'],
    from: null,
    params: v.strictObject({
      kind: v.optional(loginKind, 'installation'),
      user_id: optional(v.string(), 'the participant whose consent it is'),
      scope: optional(v.array(v.string()), 'scopes to grant; default: all scopes of that kind'),
    }),
    sends: null,
    change: () => ({}),
  },
  {
    name: 'revoke',
    summary: 'A consent is revoked, and its tokens with it',
    actor: 'organizer',
    subjects: ['connection'],
    from: ['connected'],
    params: nothing,
    sends: 'data.deletion_required',
    change: (_, __, { at }) => ({ revoked_at: at }),
  },
  {
    name: 'suspend',
    summary: 'Revento suspends the integration (API: token_revoked)',
    actor: 'revento',
    subjects: ['integration'],
    from: ['active'],
    params: nothing,
    sends: 'integration.suspended',
    change: (_, __, { at }) => ({ suspended_at: at }),
  },
  {
    name: 'archive',
    summary: 'An event is archived (API: token_revoked)',
    actor: 'organizer',
    subjects: ['event'],
    from: ['published'],
    params: nothing,
    sends: null,
    change: (_, __, { at }) => ({ archived_at: at, publish_status: 'archived' }),
  },
  {
    name: 'reinstate',
    summary: 'A suspended integration or an archived event is reinstated',
    actor: 'revento',
    subjects: ['integration', 'event'],
    from: ['suspended', 'archived'],
    params: nothing,
    sends: null,
    change: ({ type }) =>
      type === 'event' ? { archived_at: null, publish_status: 'published' } : { suspended_at: null },
  },
];
