import type { LoginKind } from '../../login/login.ts';
import { firstAfter } from './first-after.ts';
import type { Fingerprint } from './seen/fingerprint.ts';

/**
 * When something began and ended: by the sandbox's clock, which can be moved, and by a stopwatch, which cannot.
 * Milliseconds.
 */
export interface Span {
  readonly at: number;
  readonly endedAt: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** The fields of every request and delivery. */
interface Seen extends Span {
  /** Its place in the order of arrival, from 1. Reports name it by this. */
  readonly number: number;
  /** One line that holds no secret, such as `POST /oauth/token 400 invalid_grant`. */
  readonly line: string;
  /** The request ID of the answer; a delivery has none. */
  readonly answeredAs?: string;
  /** The fault that was injected into it; null without one. */
  readonly fault: string | null;
}

interface RequestSeen extends Seen {
  readonly status: number;
  /** The `error` of the answer or the redirect. */
  readonly error: string | null;
  /**
   * Whether the integration cannot have received the whole answer: a fault cut it off, or the integration closed the
   * connection.
   */
  readonly isLost: boolean;
  /** Names of secrets in the URL, such as `client_secret`. */
  readonly secretsInUrl: readonly string[];
}

/** A request for consent: `GET /oauth/authorize` of a known client. */
export interface AuthorizeSeen extends RequestSeen {
  readonly kind: 'authorize';
  readonly client: string;
  /** Whether the redirect URI is registered; `near`: almost the same as a registered one. */
  readonly redirect: 'registered' | 'near' | 'other';
  readonly method: string | null;
  readonly challenge: Fingerprint | null;
  readonly state: Fingerprint | null;
  /** The code that was issued immediately, without a page. */
  readonly code: string | null;
}

/** The consent page, answered. */
export interface ConsentSeen extends RequestSeen {
  readonly kind: 'consent';
  readonly state: string | null;
  readonly code: string | null;
}

/** A request to the token endpoint. Secrets are replaced by fingerprints. */
export interface TokenSeen extends RequestSeen {
  readonly kind: 'token';
  readonly client: string | null;
  readonly grant: 'code' | 'refresh' | null;
  readonly code: string | null;
  readonly verifier: Fingerprint | null;
  /** Whether the redirect URI is the one of the authorization request; null if unknown. */
  readonly redirect: 'same' | 'other' | null;
  readonly refresh: string | null;
  /** The login that it belongs to; null if unknown. */
  readonly login: number | null;
  /** Fields of a code exchange that a refresh does not have. */
  readonly strays: readonly string[];
  readonly hasCredentialsInHeader: boolean;
  readonly issued: Issued | null;
}

/** The contents of a token response. */
export interface Issued {
  readonly access: string;
  readonly refresh: string;
  readonly lifetimeMs: number;
  readonly scope: readonly string[];
}

/** A request to the read API. */
export interface ApiSeen extends RequestSeen {
  readonly kind: 'api';
  readonly method: string;
  /** Path below the API base, without the query. */
  readonly path: string;
  /** The same text for the same method, path and query. */
  readonly target: string;
  readonly token: string | null;
  readonly login: number | null;
  readonly accept: string | null;
  readonly requestId: { readonly text: string; readonly isUuid: boolean } | null;
  /** Opaque, and not a secret. */
  readonly cursor: string | null;
  readonly limit: string | null;
  /** Hashes of the values of other query parameters, by name. */
  readonly others: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | null;
  readonly page: { readonly isEmpty: boolean; readonly hasMore: boolean; readonly nextCursor: string | null } | null;
}

/** One attempt to deliver. */
export interface DeliverySeen extends Seen {
  readonly kind: 'delivery';
  readonly id: string;
  readonly type: string;
  readonly eventId: string | null;
  /** Sent manually, with custom data: a handler may reject it for its contents. */
  readonly isMadeUp: boolean;
  /** Null without an answer. */
  readonly status: number | null;
  readonly ms: number;
  /** Which of two secrets signed it, during a rotation. */
  readonly signedWith: 'only' | 'current' | 'previous';
  /** Hash of the signing secret. */
  readonly secret: string;
}

/** Observations of the integration by name, such as the status of its callback. */
export type ActFacts = Readonly<Record<string, string | number | boolean | null>>;

/** An act of `revento certify`. Everything that arrived meanwhile is `during` it. */
export interface ActSeen extends Seen {
  readonly kind: 'act';
  /** Its id, such as `forged-state`. */
  readonly act: string;
  /** The number of the last request or delivery before its end. */
  readonly lastNumber: number;
  readonly facts: ActFacts;
}

export type AnySeen = AuthorizeSeen | ConsentSeen | TokenSeen | ApiSeen | DeliverySeen | ActSeen;

/** A login that tokens belong to. */
export interface LoginSeen {
  readonly eventId: string;
  readonly kind: LoginKind;
  readonly scope: readonly string[];
}

/** Everything recorded since the sandbox started or was reset, in order of arrival, by kind. */
export interface Evidence {
  readonly authorizes: readonly AuthorizeSeen[];
  readonly consents: readonly ConsentSeen[];
  readonly tokens: readonly TokenSeen[];
  readonly apis: readonly ApiSeen[];
  readonly deliveries: readonly DeliverySeen[];
  /** Empty unless `revento certify` plays. */
  readonly acts: readonly ActSeen[];
  readonly logins: ReadonlyMap<number, LoginSeen>;
  /** Events that the sandbox has. */
  readonly eventIds: readonly string[];
  apisOf(login: number | null): readonly ApiSeen[];
  apisWith(token: string | null): readonly ApiSeen[];
  /** API requests with one token for the same thing, by both. */
  sameApis(): readonly (readonly ApiSeen[])[];
  tokensOf(login: number | null): readonly TokenSeen[];
  /** Refreshes that sent a refresh token. */
  refreshesWith(refresh: string | null): readonly TokenSeen[];
}

/**
 * The wait between the end of one record and the start of another, in milliseconds. Takes the longer of both clocks:
 * the sandbox's clock may be moved or stopped by a test.
 */
export function waitBetween(before: Span, after: Span): number {
  return Math.max(after.startMs - before.endMs, after.at - before.endedAt);
}

/** Whether one record began after the other had ended. */
export function isAfter(before: Span, after: Span): boolean {
  return after.startMs > before.endMs;
}

/** Whether a record arrived during an act with that ID: then one client did everything in sequence. */
export function isActed({ acts }: Evidence, ids: readonly string[], seen: AnySeen | undefined): boolean {
  const number = seen?.number ?? 0;
  return acts.some((one) => ids.includes(one.act) && number > one.number && number <= one.lastNumber);
}

/** The records during an act. */
export function during<One extends AnySeen>({ number, lastNumber }: ActSeen, things: readonly One[]): readonly One[] {
  return things.slice(firstAfter(things, number), firstAfter(things, lastNumber));
}

/** The records after one record and before another one, or until now. */
export function between<One extends AnySeen>(
  things: readonly One[],
  after: Pick<AnySeen, 'number'>,
  before?: Pick<AnySeen, 'number'>,
): readonly One[] {
  const end = before === undefined ? things.length : firstAfter(things, before.number - 1);
  return things.slice(firstAfter(things, after.number), end);
}
