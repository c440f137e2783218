import type { Clock } from '../../ports/clock.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import type { Control } from '../control/control.ts';
import { controlPrefix } from '../control/key.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { underStrike } from '../faults/strike.ts';
import { errorPage } from '../message/page.ts';
import { apiError, json } from '../message/reply.ts';
import type { Incoming } from '../message/request.ts';
import type { Authorization } from '../oauth/authorize.ts';
import type { Client } from '../oauth/clients.ts';
import type { Grants } from '../oauth/grants.ts';
import { answerTokenRequest, readTokenRequest, tokenError } from '../oauth/token.ts';
import type { Cursors } from '../read-api/cursor.ts';
import type { RateLimits } from '../read-api/limits.ts';
import { answerRead, readPaths } from '../read-api/read-api.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { World } from '../world/world.ts';
import { homePage } from './home-page.ts';

const apiPrefix = '/api/v1';

/** Browsers request it for every page. */
export const iconPath = '/favicon.ico';

/** The parts of the sandbox that answer requests. */
export interface Parts {
  readonly clock: Clock;
  readonly clients: readonly Client[];
  readonly world: World;
  readonly events: readonly SandboxEvent[];
  readonly grants: Grants;
  readonly faults: Pick<FaultPlan, 'next'>;
  readonly limits: RateLimits | null;
  readonly authorization: Authorization;
  readonly cursors: Cursors;
  readonly control: Control | null;
}

/** Finds the part that answers a request. */
export async function route(incoming: Incoming, parts: Parts): Promise<HttpResponse> {
  const { path, requestId } = incoming;
  if (path === '/oauth/authorize') return authorize(incoming, parts, 'GET');
  if (path === '/oauth/consent') return authorize(incoming, parts, 'POST');
  if (path === '/oauth/token') return token(incoming, parts);
  if (path === apiPrefix || path.startsWith(`${apiPrefix}/`)) {
    const below = path.slice(apiPrefix.length);
    const isLook = below.replace('/', '') === '' && incoming.header('authorization') === null;
    return isLook ? json(200, { version: 'v1', paths: readPaths }) : api(incoming, below, parts);
  }
  if (path.startsWith(`${controlPrefix}/`) && parts.control) return parts.control.answer(incoming);
  if (path === iconPath) return { status: 204, headers: [['Cache-Control', 'max-age=86400']], body: new Uint8Array() };
  if (path === '/' && incoming.method === 'GET') return homePage(parts.events);
  return errorPage(
    404,
    'Nothing here',
    'The sandbox has no page at this path.',
    `The API is at \`${apiPrefix}\`; \`/\` shows how to use the sandbox.`,
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
      `This page accepts ${method} only.`,
      'Go back to the app and start again.',
      requestId,
    );
    return { ...refused, headers: [...refused.headers, ['Allow', method === 'GET' ? 'GET, HEAD' : method]] };
  }
  const strike = method === 'GET' ? parts.faults.next('authorize') : noStrike;
  return underStrike({
    strike,
    clock,
    signal: incoming.signal,
    work: () =>
      method === 'GET'
        ? authorization.start(incoming, strike.effect === 'denied' ? 'access_denied' : null)
        : authorization.decide(incoming),
    refuse: ({ status, code }) =>
      code === null
        ? errorPage(
            status,
            'The authorization server failed',
            'This error was injected by the sandbox.',
            'Try again.',
            requestId,
          )
        : authorization.start(incoming, code),
  });
}

const noStrike = { delayMs: 0, hasScrambledMessages: false, effect: null, bytes: null, lifetimeMs: null } as const;

async function token(incoming: Incoming, parts: Parts): Promise<HttpResponse> {
  const { requestId } = incoming;
  const request = readTokenRequest(incoming, parts.clients);
  // A fault is for valid requests only.
  if ('status' in request) return request;
  const { form, grantType } = request;
  const strike = parts.faults.next('token', grantType === 'refresh_token' ? 'refresh' : 'code');
  return underStrike({
    strike,
    clock: parts.clock,
    signal: incoming.signal,
    work: () => {
      const refreshToken = form.get('refresh_token') ?? '';
      if (strike.effect === 'revoked') parts.grants.revokeByRefreshToken(refreshToken);
      // The thief is the first to use it, so this request is the reuse that ends the login.
      if (strike.effect === 'stolen') parts.grants.refresh(refreshToken, request.client.id, null);
      return answerTokenRequest(request, parts.grants, requestId, strike);
    },
    refuse: ({ status, code, retryAfterSeconds: seconds }) =>
      tokenError(status, code ?? codeOf(status, tokenCodes), faultMessage, requestId, retryAfter(seconds)),
  });
}

async function api(incoming: Incoming, path: string, parts: Parts): Promise<HttpResponse> {
  const { requestId } = incoming;
  if (incoming.method !== 'GET') {
    return apiError(405, 'method_not_allowed', 'the API is read-only: use GET', requestId, [['Allow', 'GET, HEAD']]);
  }
  const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(incoming.header('authorization') ?? '')?.[1];
  const unknown = (message: string) => apiError(401, 'invalid_token', message, requestId);
  if (bearer === undefined) return unknown('send the access token in an Authorization: Bearer header');
  if (parts.grants.find(bearer) === null) return unknown('this is not an access token of this environment');

  const strike = parts.faults.next('api');
  if (strike.effect === 'expired') parts.grants.expire(bearer);
  if (strike.effect === 'revoked') parts.grants.revokeByAccessToken(bearer);
  const access = parts.grants.find(bearer);
  if (access === null) return unknown('this is not an access token of this environment');
  const { eventId } = access.family.consent;
  // A permanently ended login is checked first, so that clients do not refresh without effect. Assumed: the order.
  if (parts.world.isSuspended) return apiError(401, 'token_revoked', 'the integration is suspended', requestId);
  if (parts.world.event(eventId)?.isArchived) {
    return apiError(401, 'token_revoked', 'the event is archived', requestId);
  }
  if (access.state === 'revoked') return apiError(401, 'token_revoked', 'this login was revoked', requestId);
  if (access.state === 'expired') return apiError(401, 'token_expired', 'the access token has expired', requestId);

  const admission = parts.limits?.enter(bearer, access.family.consent.kind) ?? null;
  if (admission !== null && 'refusal' in admission) {
    return apiError(429, admission.refusal, admission.message, requestId, admission.headers);
  }
  try {
    const answer = await underStrike({
      strike,
      clock: parts.clock,
      signal: incoming.signal,
      work: () => answerRead(incoming, path, access, { ...parts, effect: strike.effect }),
      refuse: ({ status, code, retryAfterSeconds: seconds }) =>
        apiError(status, code ?? codeOf(status, apiCodes), faultMessage, requestId, retryAfter(seconds)),
    });
    return { ...answer, headers: [...answer.headers, ...(admission?.headers ?? [])] };
  } finally {
    admission?.leave();
  }
}

const faultMessage = 'injected by the sandbox';

type Codes = Readonly<Record<number, string>>;
const apiCodes: Codes = {
  400: 'validation_error',
  401: 'invalid_token',
  403: 'event_not_authorized',
  404: 'not_found',
};
const tokenCodes: Codes = { 401: 'invalid_client' };

/** The code that goes with a status that was injected. Assumed: the guide names none for 5xx. */
function codeOf(status: number, codes: Codes): string {
  if (status === 429) return 'rate_limit_exceeded';
  return codes[status] ?? (status >= 500 ? 'server_error' : 'invalid_request');
}

function retryAfter(seconds: number | null): readonly (readonly [string, string])[] {
  return seconds === null ? [] : [['Retry-After', `${seconds}`]];
}
