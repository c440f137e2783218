import { randomBytes } from 'node:crypto';
import { challengeOf } from '../../auth/sign-in/pkce.ts';
import type { LoginKind } from '../../login/login.ts';
import type { Clock } from '../../ports/clock.ts';
import { ignore, type Note } from '../saved/change.ts';
import type { SavedGrants } from '../saved/snapshot.ts';
import { type CodeBinding, Codes } from './codes.ts';
import {
  type AccessRecord,
  type Ending,
  type Generation,
  generationsOf,
  hash,
  type RefreshRecord,
  savedToken,
  type TokenMarker,
} from './history.ts';

const day = 86_400_000;
/** Source: guide, token lifetimes. */
const refreshTtlMs = 90 * day;
const familyCapMs = 365 * day;
/** Access tokens that are remembered of a family; older ones have expired long ago and get `invalid_token`. */
const rememberedAccessTokens = 50;

export interface Consent {
  readonly kind: LoginKind;
  readonly clientId: string;
  readonly eventId: string;
  readonly organizationId: string;
  /** The participant of a user token; null for an installation. */
  readonly user: { readonly id: string; readonly index: number } | null;
  readonly scope: readonly string[];
}

/** All tokens of one consent. */
export interface Family {
  readonly consent: Consent;
  readonly startedAt: number;
  /** Its place among all. */
  readonly number: number;
  isRevoked: boolean;
  /** How it was revoked; absent while it is not, and where an earlier version revoked it. */
  ending?: Ending;
}

/** A new access token and its refresh token. */
export interface Pair {
  readonly family: Family;
  readonly scope: readonly string[];
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessTtlMs: number;
  readonly refreshTtlMs: number;
}

export type Refusal = { readonly refusal: 'invalid_grant' | 'invalid_scope'; readonly problem: string };

/** An access token as the read API sees it. */
export interface AccessState {
  readonly state: 'active' | 'expired' | 'revoked';
  readonly family: Family;
  readonly scope: readonly string[];
}

/** The codes and tokens the sandbox has given out. */
export class Grants {
  readonly #clock: Clock;
  readonly #accessTtlMs: number;
  readonly #note: Note;
  readonly #markerOf: TokenMarker;
  readonly #codes: Codes;
  readonly #access = new Map<string, AccessRecord>();
  readonly #refresh = new Map<string, RefreshRecord>();
  readonly #accessOf = new Map<Family, string[]>();

  /** @param note  called for every token that is issued or used, and for every login that ends */
  constructor(clock: Clock, accessTtlMs: number, note: Note = ignore, markerOf: TokenMarker = () => '') {
    this.#clock = clock;
    this.#note = note;
    this.#markerOf = markerOf;
    this.#codes = new Codes(clock);
    this.#accessTtlMs = accessTtlMs;
  }

  /** A code for the consent: 60 seconds, one use. */
  issueCode(consent: Consent, binding: CodeBinding): string {
    return this.#codes.issue(consent, binding);
  }

  /**
   * Exchanges a code. The first attempt spends it, valid or not, and a second one also revokes the tokens of the first:
   * two holders of one code mean that one of them stole it (RFC 6749 section 4.1.2).
   */
  redeem(
    code: string,
    clientId: string,
    redirectUri: string,
    verifier: string,
    requestId: string | null = null,
  ): Pair | Refusal {
    const found = this.#codes.get(code);
    // Another client cannot use this code, and does not spend it either.
    if (!found || found.consent.clientId !== clientId) return refuse('unknown or expired code');
    if (found.isUsed) {
      if (found.family) this.#end(found.family, 'code_reuse', requestId);
      return refuse('this code was used before; its tokens are revoked');
    }
    found.isUsed = true;
    if (found.expiresAt <= this.#clock.now()) return refuse('the code has expired; it is valid for 60 seconds');
    if (found.binding.redirectUri !== redirectUri) {
      return refuse('redirect_uri differs from that of the authorization request');
    }
    if (challengeOf(verifier) !== found.binding.challenge) {
      return refuse('code_verifier does not match the code_challenge');
    }
    const [startedAt, number] = [this.#clock.now(), this.#accessOf.size];
    found.family = { consent: found.consent, startedAt, number, isRevoked: false };
    this.#noteFamily(found.family);
    return this.#issue(found.family, found.consent.scope, requestId);
  }

  /**
   * Rotates a refresh token. Reuse of an old one revokes the whole family. Source: guide, refreshing.
   *
   * @param scope  fewer scopes for the new access token; null for all that were granted
   * @param requestId  the request that asks, for the history of the login
   */
  refresh(
    refreshToken: string,
    clientId: string,
    scope: readonly string[] | null,
    requestId: string | null = null,
  ): Pair | Refusal {
    const found = this.#refresh.get(hash(refreshToken));
    if (!found || found.family.consent.clientId !== clientId) return refuse('unknown refresh token');
    const { family } = found;
    if (family.isRevoked) return refuse('this login was revoked');
    if (found.isSpent) {
      this.#end(family, 'reuse', requestId, hash(refreshToken));
      return refuse('this refresh token was used before; the login is revoked');
    }
    if (found.expiresAt <= this.#clock.now()) return refuse('the refresh token has expired');
    const broader = scope?.find((name) => !family.consent.scope.includes(name));
    if (broader !== undefined) {
      return { refusal: 'invalid_scope', problem: 'a refresh cannot ask for more than was granted' };
    }
    found.isSpent = true;
    found.spent = { at: this.#clock.now(), requestId };
    this.#noteRefresh(hash(refreshToken), found);
    return this.#issue(family, scope ?? family.consent.scope, requestId);
  }

  /** The state of an access token; null when it was never issued, or was forgotten. */
  find(accessToken: string): AccessState | null {
    const found = this.#access.get(hash(accessToken));
    if (!found) return null;
    const state = found.family.isRevoked ? 'revoked' : found.expiresAt <= this.#clock.now() ? 'expired' : 'active';
    return { state, family: found.family, scope: found.scope };
  }

  /** Makes an access token expire now, or after a time. */
  expire(accessToken: string, afterMs = 0): void {
    const found = this.#access.get(hash(accessToken));
    if (!found) return;
    found.expiresAt = this.#clock.now() + afterMs;
    this.#noteAccess(hash(accessToken), found);
  }

  /** Revokes the family of an access token. */
  revokeByAccessToken(accessToken: string): void {
    const found = this.#access.get(hash(accessToken));
    if (found) this.#end(found.family, 'revoked', null);
  }

  /** Revokes the family of a refresh token, as if the organizer had revoked consent. */
  revokeByRefreshToken(refreshToken: string): void {
    const found = this.#refresh.get(hash(refreshToken));
    if (found) this.#end(found.family, 'revoked', null);
  }

  /** Revokes every active family that matches, and returns their consents. */
  revoke(isMeant: (consent: Consent) => boolean): readonly Consent[] {
    const ended: Consent[] = [];
    for (const family of this.#accessOf.keys()) {
      if (family.isRevoked || !isMeant(family.consent)) continue;
      this.#end(family, 'revoked', null);
      ended.push(family.consent);
    }
    return ended;
  }

  /** Every login, oldest first. */
  families(): readonly Family[] {
    return [...this.#accessOf.keys()];
  }

  /** When a login ends, however often it is refreshed. */
  endOf({ startedAt }: Family): number {
    return startedAt + familyCapMs;
  }

  /** The tokens of each login, oldest first. */
  generations(): ReadonlyMap<Family, readonly Generation[]> {
    return generationsOf(this.#refresh, this.#access);
  }

  /** Forgets every code and token. */
  reset(): void {
    for (const map of [this.#codes, this.#access, this.#refresh, this.#accessOf]) map.clear();
  }

  save(): SavedGrants {
    return {
      families: [...this.#accessOf.keys()].map(({ number: _, ...family }) => family),
      access: [...this.#access].map(([key, token]) => savedToken(key, token)),
      refresh: [...this.#refresh].map(([key, token]) => savedToken(key, token)),
    };
  }

  /** Replaces the current state with a saved one. */
  load(saved: SavedGrants): void {
    this.reset();
    const families = saved.families.map((family, number): Family => ({ ...family, number }));
    for (const family of families) this.#accessOf.set(family, []);
    for (const { hash: key, family: number, ...rest } of saved.access) {
      const family = families[number];
      if (family === undefined) continue;
      this.#access.set(key, { ...rest, family });
      this.#accessOf.get(family)?.push(key);
    }
    for (const { hash: key, family: number, ...rest } of saved.refresh) {
      const family = families[number];
      if (family !== undefined) this.#refresh.set(key, { ...rest, family });
    }
  }

  #issue(family: Family, scope: readonly string[], requestId: string | null): Pair {
    const now = this.#clock.now();
    const endsAt = this.endOf(family);
    const accessExpiresAt = Math.min(now + this.#accessTtlMs, endsAt);
    const refreshExpiresAt = Math.min(now + refreshTtlMs, endsAt);
    const prefix = family.consent.kind === 'installation' ? 'rev_install_' : 'rev_user_';
    const accessToken = prefix + this.#markerOf('access_token', family.number) + randomBytes(32).toString('base64url');
    const refreshToken = `rev_refresh_${this.#markerOf('refresh_token', family.number)}${randomBytes(32).toString('base64url')}`;
    // Only hashes, which give no access. Spent tokens must be recognized for as long as the family lives.
    const access = { family, scope, expiresAt: accessExpiresAt };
    const issued = { at: now, requestId };
    const refresh = { family, expiresAt: refreshExpiresAt, isSpent: false, access: hash(accessToken), issued };
    this.#access.set(hash(accessToken), access);
    this.#refresh.set(hash(refreshToken), refresh);
    this.#noteAccess(hash(accessToken), access);
    this.#noteRefresh(hash(refreshToken), refresh);
    this.#remember(family, accessToken);
    return {
      family,
      scope,
      accessToken,
      refreshToken,
      accessTtlMs: accessExpiresAt - now,
      refreshTtlMs: refreshExpiresAt - now,
    };
  }

  #remember(family: Family, accessToken: string): void {
    const tokens = this.#accessOf.get(family) ?? [];
    tokens.push(hash(accessToken));
    const oldest = tokens.length > rememberedAccessTokens ? tokens.shift() : undefined;
    if (oldest !== undefined) {
      this.#access.delete(oldest);
      this.#note({ type: 'access_forgotten', hash: oldest });
    }
    this.#accessOf.set(family, tokens);
  }

  #end(family: Family, cause: Ending['cause'], requestId: string | null, token: string | null = null): void {
    // A second copy of a token that comes later changes nothing.
    if (!family.isRevoked) family.ending = { at: this.#clock.now(), cause, requestId, token };
    family.isRevoked = true;
    this.#noteFamily(family);
  }

  #noteFamily({ number, ...family }: Family): void {
    this.#note({ type: 'family', number, family });
  }

  #noteAccess(key: string, token: AccessRecord): void {
    this.#note({ type: 'access', token: savedToken(key, token) });
  }

  #noteRefresh(key: string, token: RefreshRecord): void {
    this.#note({ type: 'refresh', token: savedToken(key, token) });
  }
}

function refuse(problem: string): Refusal {
  return { refusal: 'invalid_grant', problem };
}
