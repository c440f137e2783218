import { randomBytes } from 'node:crypto';
import type { Clock, Exchange, HttpResponse } from '../platform/ports.ts';
import { Authorization } from './authorize.ts';
import { type Client, defaultRedirectUris } from './clients.ts';
import { Cursors } from './cursor.ts';
import { type Fault, FaultPlan } from './faults.ts';
import { Grants } from './grants.ts';
import { entryOf, type RequestEntry } from './journal.ts';
import { RateLimits } from './limits.ts';
import { errorPage } from './page.ts';
import { answerRead } from './read-api.ts';
import { apiError } from './reply.ts';
import { type Incoming, readRequest } from './request.ts';
import { underStrike } from './strike.ts';
import { answerTokenRequest, readTokenRequest, tokenError } from './token.ts';
import { createWorld, defaultParticipants, type SandboxEvent, testEventId } from './world.ts';

export interface SandboxOptions {
  readonly clock: Clock;
  /** What the test data grows from. Default 1. */
  readonly seed?: number;
  /** Participants of the test event. Default 42. */
  readonly participants?: number;
  /** Registered integrations; default is one confidential client with random credentials and one public client. */
  readonly clients?: readonly Client[];
  /** The authorize endpoint redirects at once, as if somebody had allowed everything. Default false. */
  readonly hasAutoConsent?: boolean;
  /** Default true. Without limits there are no `X-RateLimit-*` headers. */
  readonly hasRateLimits?: boolean;
  /** Default one hour. */
  readonly accessTtlMs?: number;
  readonly faults?: readonly Fault[];
  /** Told of every answered request. */
  readonly onEvent?: (entry: RequestEntry) => void;
}

export interface Sandbox {
  /** Serves `/oauth/…` and `/api/v1/…`; takes request targets as sockets give them and absolute URLs alike. */
  readonly exchange: Exchange;
  readonly clients: readonly Client[];
  /** The event that tests use: `evt_test_published`. */
  readonly eventId: string;
  /** Forgets logins, open pages, counts, and starts the faults over. Credentials and test data stay. */
  reset(): void;
}

const apiPrefix = '/api/v1';
const hourMs = 3_600_000;

/**
 * Revento in one function: authorization, tokens and the read API, without a socket.
 *
 * @example In a test, without a port:
 * ```ts
 * const sandbox = createSandbox({ clock, hasAutoConsent: true });
 * const [confidential, publicClient] = sandbox.clients; // { id, secret, redirectUris }
 * const answer = await sandbox.exchange({
 *   method: 'GET',
 *   url: 'http://127.0.0.1:4010/oauth/authorize?response_type=code&…', // any host; or just the path
 *   headers: [],
 *   body: new Uint8Array(),
 * }); // 302 with code and state in Location
 * ```
 * Faults that break the connection set `cut` on the response; `inMemory(sandbox.exchange)` of test/support turns
 * them into the `HttpFailure` a client sees over a socket.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { clock } = options;
  const clients = options.clients ?? defaultClients();
  const events = createWorld(options.seed ?? 1, options.participants ?? defaultParticipants);
  const grants = new Grants(clock, options.accessTtlMs ?? hourMs);
  const faults = new FaultPlan(options.faults ?? []);
  const limits = options.hasRateLimits === false ? null : new RateLimits(clock);
  const hasAutoConsent = options.hasAutoConsent ?? false;
  const authorization = new Authorization({ clients, events, grants, clock, hasAutoConsent });
  const parts: Parts = { clock, clients, events, grants, faults, limits, authorization, cursors: new Cursors() };

  const exchange: Exchange = async (request) => {
    const startedAt = clock.monotonic();
    const incoming = readRequest(request);
    if (incoming === null) return { status: 400, headers: [], body: new Uint8Array() };
    const answer = await route(incoming, parts);
    options.onEvent?.(entryOf(incoming, answer, clock.monotonic() - startedAt));
    return { ...answer, headers: [...answer.headers, ['X-Revento-Request-Id', incoming.requestId]] };
  };
  return {
    exchange,
    clients,
    eventId: testEventId,
    reset: () => {
      for (const part of [grants, faults, limits, authorization]) part?.reset();
    },
  };
}

interface Parts {
  readonly clock: Clock;
  readonly clients: readonly Client[];
  readonly events: readonly SandboxEvent[];
  readonly grants: Grants;
  readonly faults: FaultPlan;
  readonly limits: RateLimits | null;
  readonly authorization: Authorization;
  readonly cursors: Cursors;
}

/** A confidential and a public client, as every integration could be registered. */
function defaultClients(): readonly Client[] {
  const id = `client_${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32).toString('base64url');
  return [
    { id, secret, name: 'Sandbox integration', redirectUris: defaultRedirectUris },
    { id: `${id}_public`, secret: null, name: 'Sandbox public client', redirectUris: defaultRedirectUris },
  ];
}

async function route(incoming: Incoming, parts: Parts): Promise<HttpResponse> {
  const { path, requestId } = incoming;
  if (path === '/oauth/authorize') return authorize(incoming, parts, 'GET');
  if (path === '/oauth/consent') return authorize(incoming, parts, 'POST');
  if (path === '/oauth/token') return token(incoming, parts);
  if (path.startsWith(`${apiPrefix}/`)) return api(incoming, path.slice(apiPrefix.length), parts);
  return errorPage(
    404,
    'Nothing here',
    'The sandbox has no page at this path.',
    `The API is under ${apiPrefix}.`,
    requestId,
  );
}

async function authorize(incoming: Incoming, parts: Parts, method: 'GET' | 'POST'): Promise<HttpResponse> {
  const { authorization, clock } = parts;
  const { requestId } = incoming;
  if (incoming.method !== method) {
    const refused = errorPage(
      405,
      'Wrong method',
      `This page takes ${method} only.`,
      'Start from the integration.',
      requestId,
    );
    return { ...refused, headers: [...refused.headers, ['Allow', method]] };
  }
  const strike = method === 'GET' ? parts.faults.next('authorize') : noStrike;
  return underStrike({
    strike,
    clock,
    signal: incoming.signal,
    work: () =>
      method === 'GET' ? authorization.start(incoming, strike.effect === 'denied') : authorization.decide(incoming),
    refuse: (status) =>
      errorPage(status, 'The authorization server failed', 'A fault was asked for.', 'Try again.', requestId),
  });
}

const noStrike = { delayMs: 0, effect: null, bytes: null } as const;

async function token(incoming: Incoming, parts: Parts): Promise<HttpResponse> {
  const { requestId } = incoming;
  const request = readTokenRequest(incoming, parts.clients);
  // A request that asks for nothing valid is not what a fault is meant for.
  if ('status' in request) return request;
  const { form, grantType } = request;
  const strike = parts.faults.next('token', grantType === 'refresh_token' ? 'refresh' : 'code');
  return underStrike({
    strike,
    clock: parts.clock,
    signal: incoming.signal,
    work: () => {
      if (strike.effect === 'revoked') parts.grants.revokeByRefreshToken(form.get('refresh_token') ?? '');
      return answerTokenRequest(request, parts.grants, requestId, strike.effect === 'minimal');
    },
    refuse: (status, retryAfterSeconds) =>
      tokenError(status, codeOf(status), faultMessage, requestId, retryAfter(retryAfterSeconds)),
  });
}

async function api(incoming: Incoming, path: string, parts: Parts): Promise<HttpResponse> {
  const { requestId } = incoming;
  if (incoming.method !== 'GET') {
    return apiError(405, 'method_not_allowed', 'the API is read only: use GET', requestId, [['Allow', 'GET']]);
  }
  const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(incoming.header('authorization') ?? '')?.[1];
  const unknown = (message: string) =>
    apiError(401, 'invalid_token', message, requestId, [['WWW-Authenticate', 'Bearer realm="revento"']]);
  if (bearer === undefined) return unknown('send the access token as Authorization: Bearer');
  if (parts.grants.find(bearer) === null) return unknown('this is not an access token of this environment');

  const strike = parts.faults.next('api');
  if (strike.effect === 'expired') parts.grants.expire(bearer);
  if (strike.effect === 'revoked') parts.grants.revokeByAccessToken(bearer);
  const access = parts.grants.find(bearer);
  if (access === null) return unknown('this is not an access token of this environment');
  if (access.state === 'expired') return apiError(401, 'token_expired', 'the access token has expired', requestId);
  if (access.state === 'revoked') return apiError(401, 'token_revoked', 'this login was revoked', requestId);

  const admission = parts.limits?.enter(bearer, access.family.consent.kind) ?? null;
  if (admission !== null && 'refusal' in admission) {
    return apiError(429, admission.refusal, admission.message, requestId, admission.headers);
  }
  try {
    const answer = await underStrike({
      strike,
      clock: parts.clock,
      signal: incoming.signal,
      work: () => answerRead(incoming, path, access, parts),
      refuse: (status, seconds) => apiError(status, codeOf(status), faultMessage, requestId, retryAfter(seconds)),
    });
    return { ...answer, headers: [...answer.headers, ...(admission?.headers ?? [])] };
  } finally {
    admission?.leave();
  }
}

const faultMessage = 'the sandbox was asked for this fault';

/** A code that fits a status asked for as a fault. Assumed: the guide names none for 5xx. */
function codeOf(status: number): string {
  if (status === 429) return 'rate_limit_exceeded';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

function retryAfter(seconds: number | null): readonly (readonly [string, string])[] {
  return seconds === null ? [] : [['Retry-After', `${seconds}`]];
}
