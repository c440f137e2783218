import type { ReventoError } from '../errors/revento-error.ts';
import type { Secret } from '../text/secret.ts';

/** Who consented: an organizer for an event, or a participant inside one. */
export type LoginKind = 'installation' | 'user';

/** Names one login of the selected profile. */
export interface LoginKey {
  readonly kind: LoginKind;
  readonly eventId: string;
  /**
   * Which participant; an event may have a login of each. Null or left out where the server did not say, in a login
   * that an earlier version stored, and in an organizer's.
   */
  readonly userId?: string | null;
}

/** A token answer, checked. Times are milliseconds since the Unix epoch, null when the server gave none. */
export interface Grant extends LoginKey {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly scope: readonly string[];
  readonly accessToken: Secret;
  /** Null when the server gave none: the login then ends with its access token. */
  readonly refreshToken: Secret | null;
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number | null;
}

/** What may be shown of a stored login. */
export interface Login extends LoginKey {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly scope: readonly string[];
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number | null;
  readonly obtainedAt: number;
  /** False when it came without a refresh token: it ends with its access token. */
  readonly isRenewable: boolean;
  /** `expired`: neither token is usable anymore. `revoked`: the server said so, or a refresh was lost. */
  readonly state: 'active' | 'expired' | 'revoked';
  /** Why it is revoked, in a sentence; null otherwise. */
  readonly reason: string | null;
}

/** An access token in use. */
export interface AccessToken {
  readonly token: Secret;
  readonly expiresAt: number | null;
  /** Null for REVENTO_ACCESS_TOKEN, about which nothing is known. */
  readonly key: LoginKey | null;
}

/** A stored login that cannot be opened: it is damaged, or its key is unavailable. */
export interface UnreadableLogin extends LoginKey {
  readonly failure: ReventoError;
}
