import { createHash } from 'node:crypto';
import type { Family } from './grants.ts';

/** A text for a new token of a login to contain. */
export type TokenMarker = (kind: 'access_token' | 'refresh_token', login: number) => string;

/** How a login was revoked. */
export interface Ending {
  readonly at: number;
  /** `reuse`: a refresh token came twice; `code_reuse`: a code did. */
  readonly cause: 'reuse' | 'code_reuse' | 'revoked';
  /** The request that ended it; null for one that was not sent by the integration. */
  readonly requestId: string | null;
  /** SHA-256 of the refresh token that came twice, base64url; null where none did. */
  readonly token: string | null;
}

/** A moment in the life of a token; the request is null if unknown. */
export interface Moment {
  readonly at: number;
  readonly requestId: string | null;
}

export interface AccessRecord {
  readonly family: Family;
  readonly scope: readonly string[];
  expiresAt: number;
}

export interface RefreshRecord {
  readonly family: Family;
  readonly expiresAt: number;
  isSpent: boolean;
  /** SHA-256 of the access token that was issued with it, base64url. */
  readonly access?: string;
  readonly issued?: Moment;
  spent?: Moment;
}

/** One refresh token of a login, and the access token that came with it. */
export interface Generation {
  /** SHA-256, base64url. */
  readonly refresh: string;
  readonly access: string | null;
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number;
  readonly isSpent: boolean;
  /** Null in a sandbox that an earlier version saved. */
  readonly issued: Moment | null;
  readonly spent: Moment | null;
}

/** The tokens of each login, oldest first. */
export function generationsOf(
  refresh: ReadonlyMap<string, RefreshRecord>,
  access: ReadonlyMap<string, AccessRecord>,
): ReadonlyMap<Family, readonly Generation[]> {
  const found = new Map<Family, Generation[]>();
  for (const [key, { family, access: accessKey = null, expiresAt, isSpent, issued = null, spent = null }] of refresh) {
    const own = found.get(family) ?? [];
    const accessExpiresAt = accessKey === null ? null : (access.get(accessKey)?.expiresAt ?? null);
    own.push({ refresh: key, access: accessKey, accessExpiresAt, refreshExpiresAt: expiresAt, isSpent, issued, spent });
    found.set(family, own);
  }
  return found;
}

export function savedToken<Token extends AccessRecord | RefreshRecord>(key: string, { family, ...token }: Token) {
  return { ...token, hash: key, family: family.number };
}

/** What is kept of a token: its SHA-256, base64url. */
export function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
