import type { LoginKind } from '../../login/login.ts';
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

/** What every request and delivery has. */
interface Seen extends Span {
  /** Its place in the order of arrival, from 1. Reports name it by this. */
  readonly number: number;
  /** One line that holds no secret, such as `POST /oauth/token 400 invalid_grant`. */
  readonly line: string;
  /** Of a request, the id that it was answered with; a delivery has none. */
  readonly answeredAs?: string;
  /** The fault that was injected into it; null without one. */
  readonly fault: string | null;
}

interface RequestSeen extends Seen {
  readonly status: number;
  /** The `error` of the answer or the redirect. */
  readonly error: string | null;
  /** Whether the integration cannot have got the whole answer: a fault cut it off, or it closed the connection. */
  readonly isLost: boolean;
  /** Names of secrets in the URL, such as `client_secret`. */
  readonly secretsInUrl: readonly string[];
}

/** A request for consent: `GET /oauth/authorize` of a known client. */
export interface AuthorizeSeen extends RequestSeen {
  readonly kind: 'authorize';
  readonly client: string;
  /** Whether the redirect URI is registered; `near`: it differs from a registered one in a detail. */
  readonly redirect: 'registered' | 'near' | 'other';
  readonly method: string | null;
  readonly challenge: Fingerprint | null;
  readonly state: Fingerprint | null;
  /** The code that was issued at once, without a page. */
  readonly code: string | null;
}

/** The consent page, answered. */
export interface ConsentSeen extends RequestSeen {
  readonly kind: 'consent';
  readonly state: string | null;
  readonly code: string | null;
}

/** A request to the token endpoint. Texts that are secret are fingerprints. */
export interface TokenSeen extends RequestSeen {
  readonly kind: 'token';
  readonly client: string | null;
  readonly grant: 'code' | 'refresh' | null;
  readonly code: string | null;
  readonly verifier: Fingerprint | null;
  /** Whether the redirect URI is that of the authorization request; null where that is not known. */
  readonly redirect: 'same' | 'other' | null;
  readonly refresh: string | null;
  /** The login it belongs to; null when that is not known. */
  readonly login: number | null;
  /** Fields of a code exchange that a refresh does not have. */
  readonly strays: readonly string[];
  readonly hasCredentialsInHeader: boolean;
  readonly issued: Issued | null;
}

/** What a token answer gave. */
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
  /** Opaque, and no secret. */
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
  /** Sent by hand, with data of its own: a handler may find something wrong with it. */
  readonly isMadeUp: boolean;
  /** Null without an answer. */
  readonly status: number | null;
  readonly ms: number;
  /** One of two secrets during a rotation. */
  readonly signedWith: 'only' | 'current' | 'previous';
}

/** What was seen of the integration from outside, by name, such as the status of its callback. */
export type ActFacts = Readonly<Record<string, string | number | boolean | null>>;

/** Something that `revento certify` did to the integration on purpose. What arrived meanwhile is `during` it. */
export interface ActSeen extends Seen {
  readonly kind: 'act';
  /** Its id, such as `forged-state`. */
  readonly act: string;
  /** The number of the last thing that arrived before it ended. */
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

/** All that was seen since the sandbox started or was reset, in order of arrival, by kind. */
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
  /** API requests for a login. */
  apisOf(login: number | null): readonly ApiSeen[];
  /** API requests with a token. */
  apisWith(token: string | null): readonly ApiSeen[];
  /** API requests with one token for the same thing, by both. */
  sameApis(): readonly (readonly ApiSeen[])[];
  /** Token requests for a login. */
  tokensOf(login: number | null): readonly TokenSeen[];
  /** Refreshes that sent a refresh token. */
  refreshesWith(refresh: string | null): readonly TokenSeen[];
}

/**
 * How long somebody waited between the end of one thing and the start of another, milliseconds. The longer of both
 * clocks: one is moved ahead where a test would have to wait, and stands still while it is held.
 */
export function waitBetween(before: Span, after: Span): number {
  return Math.max(after.startMs - before.endMs, after.at - before.endedAt);
}

/** Whether one thing began after the other had ended. */
export function isAfter(before: Span, after: Span): boolean {
  return after.startMs > before.endMs;
}

/** Whether something arrived while an act of that id was played: one client did it, one thing after the other. */
export function isActed({ acts }: Evidence, ids: readonly string[], seen: AnySeen | undefined): boolean {
  const number = seen?.number ?? 0;
  return acts.some((one) => ids.includes(one.act) && number > one.number && number <= one.lastNumber);
}

/** What arrived while an act was played. */
export function during<One extends AnySeen>({ number, lastNumber }: ActSeen, things: readonly One[]): readonly One[] {
  return things.slice(firstAfter(things, number), firstAfter(things, lastNumber));
}

/** What arrived after one thing and before another one, or until now. */
export function between<One extends AnySeen>(
  things: readonly One[],
  after: Pick<AnySeen, 'number'>,
  before?: Pick<AnySeen, 'number'>,
): readonly One[] {
  const end = before === undefined ? things.length : firstAfter(things, before.number - 1);
  return things.slice(firstAfter(things, after.number), end);
}

/** Index of the first thing with a higher number, of things in the order of arrival. */
function firstAfter(things: readonly AnySeen[], number: number): number {
  let [low, high] = [0, things.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((things[middle]?.number ?? 0) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
