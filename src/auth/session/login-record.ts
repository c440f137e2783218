import { type Facts, type FailureCode, ReventoError } from '../../errors/revento-error.ts';
import type { Grant, Login, LoginKey } from '../../login/login.ts';
import type { SealedRecord } from '../../ports/store.ts';
import type { Redactor, Secret } from '../../text/secret.ts';

/** A login as it is stored. Times are Unix milliseconds, null when the server gave none. */
export type StoredLogin = ActiveLogin | EndedLogin;

interface Whose extends LoginKey {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly scope: readonly string[];
  /** When consent was given. */
  readonly obtainedAt: number;
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number | null;
  /** Origin of the API that the tokens may be sent to; null when an earlier version stored the login. */
  readonly apiOrigin: string | null;
}

export interface ActiveLogin extends Whose {
  readonly state: 'active';
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
  /** When this pair of tokens was requested. */
  readonly issuedAt: number;
  /** A refresh that was started and has no known outcome: the refresh token may be spent. */
  readonly pending: Pending | null;
  /** How the last attempt failed, for those who waited for it. */
  readonly failed: Failed | null;
}

/** A record without tokens, which only holds the reason. */
export interface EndedLogin extends Whose {
  readonly state: 'reauth';
  readonly reason: string;
}

/** Why a login has ended, as it is stored. */
export const endings = {
  revoked: 'it was revoked in Revento',
  refused: 'it has expired or been revoked',
  interrupted: 'an earlier refresh was interrupted before its answer could be stored',
} as const;

interface Pending {
  /** Fingerprint of the refresh token that was sent. */
  readonly refreshToken: string;
  readonly at: number;
  readonly requestId: string;
}

interface Failed {
  readonly at: number;
  readonly code: FailureCode;
  readonly message: string;
  readonly facts: Facts;
}

/** A new login from a token answer. */
export function fromGrant(grant: Grant, apiOrigin: string | null, nowMs: number): ActiveLogin {
  const { kind, eventId, organizationId, userId, scope, accessExpiresAt, refreshExpiresAt } = grant;
  return {
    ...{ kind, eventId, organizationId, userId, scope, accessExpiresAt, refreshExpiresAt },
    apiOrigin,
    state: 'active',
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken,
    obtainedAt: nowMs,
    issuedAt: nowMs,
    pending: null,
    failed: null,
  };
}

/** The same login without its tokens. */
export function ended(login: StoredLogin, reason: string): EndedLogin {
  const { kind, eventId, organizationId, userId, scope, obtainedAt, refreshExpiresAt, apiOrigin } = login;
  return {
    kind,
    eventId,
    organizationId,
    userId,
    scope,
    obtainedAt,
    refreshExpiresAt,
    apiOrigin,
    accessExpiresAt: null,
    state: 'reauth',
    reason,
  };
}

/** The parts that may be shown. */
export function toLogin(login: StoredLogin, nowMs: number): Login {
  const { kind, eventId, organizationId, userId, scope, accessExpiresAt, refreshExpiresAt, obtainedAt } = login;
  const shown = { kind, eventId, organizationId, userId, scope, accessExpiresAt, refreshExpiresAt, obtainedAt };
  if (login.state === 'reauth') return { ...shown, isRenewable: false, state: 'revoked', reason: login.reason };
  const isPast = (at: number | null) => at !== null && at <= nowMs;
  const isExpired = isPast(accessExpiresAt) && (login.refreshToken === null || isPast(refreshExpiresAt));
  const isRenewable = login.refreshToken !== null;
  return { ...shown, isRenewable, state: isExpired ? 'expired' : 'active', reason: null };
}

/** The JSON that is sealed: the only place where a token becomes plain text again besides its request. */
export function toContent(login: StoredLogin): SealedRecord['content'] {
  const whose = {
    state: login.state,
    kind: login.kind,
    event_id: login.eventId,
    organization_id: login.organizationId,
    user_id: login.userId,
    scope: login.scope,
    obtained_at: login.obtainedAt,
    expires_at: login.accessExpiresAt,
    refresh_expires_at: login.refreshExpiresAt,
    api_origin: login.apiOrigin,
  };
  if (login.state === 'reauth') return { ...whose, reason: login.reason };
  const { pending, failed } = login;
  return {
    ...whose,
    access_token: login.accessToken.reveal(),
    refresh_token: login.refreshToken?.reveal() ?? null,
    issued_at: login.issuedAt,
    pending: pending && { rt: pending.refreshToken, at: pending.at, request_id: pending.requestId },
    failed,
  };
}

/**
 * The login in a sealed record; its tokens are registered with the redactor.
 *
 * @throws ReventoError `store_corrupt` for a record that is authentic but not a login: a newer revento's
 */
export function toStoredLogin(record: SealedRecord, key: LoginKey, redactor: Redactor): StoredLogin {
  const { content } = record;
  const text = (name: string): string | null => (typeof content[name] === 'string' ? (content[name] as string) : null);
  const time = (name: string): number | null => (typeof content[name] === 'number' ? (content[name] as number) : null);
  const scope = content['scope'];
  const whose: Whose = {
    ...key,
    organizationId: text('organization_id'),
    userId: text('user_id'),
    scope: Array.isArray(scope) ? scope.filter((entry) => typeof entry === 'string') : [],
    obtainedAt: time('obtained_at') ?? 0,
    accessExpiresAt: time('expires_at'),
    refreshExpiresAt: time('refresh_expires_at'),
    apiOrigin: text('api_origin'),
  };
  if (content['state'] === 'reauth') return { ...whose, state: 'reauth', reason: text('reason') ?? 'it was ended' };
  const accessToken = text('access_token');
  if (content['state'] !== 'active' || accessToken === null) throw unknownLayout(key);
  const refreshToken = text('refresh_token');
  return {
    ...whose,
    state: 'active',
    accessToken: redactor.add(accessToken),
    refreshToken: refreshToken === null ? null : redactor.add(refreshToken),
    issuedAt: time('issued_at') ?? whose.obtainedAt,
    pending: toPending(content['pending']),
    failed: toFailed(content['failed']),
  };
}

function toPending(value: unknown): Pending | null {
  if (typeof value !== 'object' || value === null) return null;
  const { rt, at, request_id: requestId } = value as Record<string, unknown>;
  return { refreshToken: String(rt), at: Number(at), requestId: String(requestId) };
}

/** How an attempt to refresh can end without ending the login. */
const attemptEnds: ReadonlySet<unknown> = new Set<FailureCode>([
  'network',
  'tls',
  'host_placeholder',
  'interrupted',
  'server_error',
  'rate_limited',
  'invalid_client',
  'invalid_scope',
  'api_error',
  'bad_answer',
  'refresh_ambiguous',
  'usage',
]);

/** Null for unknown values, perhaps of another version: it only saves a request. */
function toFailed(value: unknown): Failed | null {
  if (typeof value !== 'object' || value === null) return null;
  const { at, code, message, facts } = value as Record<string, unknown>;
  const isKnown = typeof at === 'number' && attemptEnds.has(code) && typeof message === 'string';
  return isKnown ? { at, code: code as FailureCode, message, facts: (facts ?? {}) as Facts } : null;
}

function unknownLayout({ kind, eventId }: LoginKey): ReventoError {
  return new ReventoError(
    'store_corrupt',
    `The login for ${eventId} was stored by a revento that this one does not know.`,
    {
      kind,
      eventId,
      hint: 'use the newer revento, or log in again with this one',
    },
  );
}
