import { fingerprint } from '../../text/secret.ts';
import type { ActiveLogin } from './login-record.ts';

/** What a caller requires of an access token. */
export interface TokenNeed {
  /** How long it must last, milliseconds; null for as long as one request takes. */
  readonly minTtlMs: number | null;
  /** Fingerprint of a token the API has refused as expired, or null. */
  readonly rejected: string | null;
  /** Whether to refresh even if the current one is valid. */
  readonly isForced: boolean;
}

/** Long enough for a request to arrive with some clock skew. */
const defaultMinTtlMs = 60_000;

/** Whether the access token is valid by our clock, and the API has not refused it. */
export function isAlive(login: ActiveLogin, need: TokenNeed, nowMs: number): boolean {
  if (need.rejected !== null && fingerprint(login.accessToken.reveal()) === need.rejected) return false;
  return login.accessExpiresAt === null || login.accessExpiresAt > nowMs;
}

/** Whether the access token can be returned without a refresh. */
export function isEnough(login: ActiveLogin, need: TokenNeed, nowMs: number): boolean {
  if (need.isForced || !isAlive(login, need, nowMs)) return false;
  if (login.accessExpiresAt === null) return true;
  const lifetimeMs = login.accessExpiresAt - login.issuedAt;
  // Otherwise tokens with a lifetime of a minute or less would be refreshed at every request.
  const neededMs = need.minTtlMs ?? Math.min(defaultMinTtlMs, lifetimeMs / 2);
  return login.accessExpiresAt - nowMs > neededMs;
}
