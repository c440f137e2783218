import type { Family, Grants } from '../oauth/grants.ts';
import type { Generation } from '../oauth/history.ts';
import { isoSeconds } from '../world/stage.ts';
import type { World } from '../world/world.ts';
import type { ResultOf } from './operations.ts';

type LoginRow = ResultOf<'logins'>['logins'][number];
type TokenRow = LoginRow['tokens'][number];

/** Tokens of one login that are shown. */
const shownTokens = 30;

/** The latest logins first, each with the history of its tokens. */
export function loginRowsOf(grants: Grants, world: World, now: number, limit: number): readonly LoginRow[] {
  const generations = grants.generations();
  return grants
    .families()
    .slice(-limit)
    .reverse()
    .map((family) => loginRow(family, generations.get(family) ?? [], { grants, world, now }));
}

interface Context {
  readonly grants: Grants;
  readonly world: World;
  readonly now: number;
}

function loginRow(family: Family, generations: readonly Generation[], { grants, world, now }: Context): LoginRow {
  const { consent, startedAt, ending = null } = family;
  const isOver = (generations.at(-1)?.refreshExpiresAt ?? 0) <= now;
  const first = generations.length - shownTokens;
  const tokens = generations.map((one, index) => tokenRow(one, index + 1, family, now));
  const event = world.event(consent.eventId);
  return {
    number: family.number + 1,
    kind: consent.kind,
    client_id: consent.clientId,
    event_id: consent.eventId,
    user_id: consent.user?.id ?? null,
    user_name: consent.user === null || event === null ? null : event.nameOf(consent.user.index),
    scope: consent.scope,
    started_at: isoSeconds(startedAt),
    ends_at: isoSeconds(grants.endOf(family)),
    state: family.isRevoked ? 'revoked' : isOver ? 'expired' : 'active',
    ending:
      ending === null
        ? null
        : {
            at: isoSeconds(ending.at),
            cause: ending.cause,
            request_id: ending.requestId,
            refresh_token: ending.token === null ? null : printOf(ending.token),
          },
    token_count: tokens.length,
    tokens: tokens.slice(Math.max(0, first)),
  };
}

function tokenRow(one: Generation, number: number, { isRevoked }: Family, now: number): TokenRow {
  const { refresh, access, accessExpiresAt, refreshExpiresAt, isSpent, issued, spent } = one;
  const unspent = isRevoked ? 'revoked' : refreshExpiresAt <= now ? 'expired' : 'current';
  const timeOf = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : isoSeconds(ms));
  return {
    number,
    refresh_token: printOf(refresh),
    access_token: access === null ? null : printOf(access),
    issued_at: timeOf(issued?.at),
    issued_by: issued?.requestId ?? null,
    access_expires_at: timeOf(accessExpiresAt),
    refresh_expires_at: isoSeconds(refreshExpiresAt),
    state: isSpent ? 'spent' : unspent,
    spent_at: timeOf(spent?.at),
    spent_by: spent?.requestId ?? null,
  };
}

/** The fingerprint of a token from its SHA-256 in base64url. */
export function printOf(hash: string): string {
  return Buffer.from(hash, 'base64url').toString('hex').slice(0, 8);
}
