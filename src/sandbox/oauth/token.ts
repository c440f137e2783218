import { isVerifier } from '../../auth/sign-in/pkce.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';
import type { Strike } from '../faults/fault-plan.ts';
import { bearerChallenge, json } from '../message/reply.ts';
import { type Incoming, type Params, readParams, withoutEmpty } from '../message/request.ts';
import { authenticate, type Client } from './clients.ts';
import type { Grants, Pair, Refusal } from './grants.ts';

/** A token answer must not be cached (RFC 6749 section 5.1). */
const noStore: HeaderList = [
  ['Cache-Control', 'no-store'],
  ['Pragma', 'no-cache'],
];

/** An error of the token endpoint: the fields of RFC 6749 section 5.2 and those of the guide. */
export function tokenError(
  status: number,
  error: string,
  problem: string,
  requestId: string,
  headers: HeaderList = [],
): HttpResponse {
  const value = { error, error_description: problem, message: problem, request_id: requestId };
  const isChallenged = headers.some(([name]) => name === 'WWW-Authenticate');
  const challenge = status === 401 && !isChallenged ? [bearerChallenge(error)] : [];
  return json(status, value, [...noStore, ...headers, ...challenge]);
}

/** A token request of an authenticated client. */
interface TokenRequest {
  readonly client: Client;
  readonly grantType: 'authorization_code' | 'refresh_token';
  readonly form: Params;
}

const inHeader =
  'send client_id and client_secret in the form body (client_secret_post), not in an Authorization header';
const secretFields = ['client_secret', 'code', 'code_verifier', 'refresh_token'];

/** Checks everything of a token request except the grant itself. Source: guide, token endpoint; RFC 6749 section 5.2. */
export function readTokenRequest(incoming: Incoming, clients: readonly Client[]): TokenRequest | HttpResponse {
  const { requestId } = incoming;
  const invalid = (problem: string) => tokenError(400, 'invalid_request', problem, requestId);
  if (incoming.method !== 'POST') {
    return tokenError(405, 'invalid_request', 'the token endpoint accepts POST only', requestId, [['Allow', 'POST']]);
  }
  const mediaType = (incoming.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') {
    const instead = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(mediaType ?? '') ? `, not ${mediaType}` : '';
    return invalid(`the body must be application/x-www-form-urlencoded${instead}`);
  }
  const inUrl = secretFields.find((name) => incoming.query.get(name) !== null);
  if (inUrl !== undefined) return invalid(`send ${inUrl} in the body, not in the URL`);
  const form = withoutEmpty(readParams(Buffer.from(incoming.body).toString('utf8')));
  if (form.repeated().length > 0) return invalid('a parameter is sent more than once');
  const scheme = /^[A-Za-z]+/.exec(incoming.header('authorization') ?? '')?.[0];
  if (scheme !== undefined && form.get('client_secret') === null) {
    const challenge =
      scheme.toLowerCase() === 'basic' ? ([['WWW-Authenticate', 'Basic realm="revento"']] as const) : [];
    return tokenError(401, 'invalid_client', inHeader, requestId, challenge);
  }
  const found = authenticate(clients, form.get('client_id'), form.get('client_secret'));
  if ('problem' in found) return tokenError(401, 'invalid_client', found.problem, requestId);
  const grantType = form.get('grant_type');
  if (grantType === null) return invalid('grant_type is missing');
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    const problem = 'grant_type must be authorization_code or refresh_token';
    return tokenError(400, 'unsupported_grant_type', problem, requestId);
  }
  return { client: found.client, grantType, form };
}

/** Issues the tokens; under a fault with only the fields that the guide documents as certain, or with a short life. */
export function answerTokenRequest(
  { client, grantType, form }: TokenRequest,
  grants: Grants,
  requestId: string,
  { effect, lifetimeMs }: Pick<Strike, 'effect' | 'lifetimeMs'>,
): HttpResponse {
  const needed = grantType === 'refresh_token' ? ['refresh_token'] : ['code', 'redirect_uri', 'code_verifier'];
  const missing = needed.find((name) => form.get(name) === null);
  if (missing !== undefined) return tokenError(400, 'invalid_request', `${missing} is missing`, requestId);
  const verifier = form.get('code_verifier');
  if (grantType === 'authorization_code' && !isVerifier(verifier ?? '')) {
    const problem = 'code_verifier must be 43 to 128 unreserved characters';
    return tokenError(400, 'invalid_request', problem, requestId);
  }
  const result = redeem({ client, grantType, form }, grants, requestId);
  if ('refusal' in result) return tokenError(400, result.refusal, result.problem, requestId);
  const accessTtlMs = Math.min(result.accessTtlMs, lifetimeMs ?? Number.POSITIVE_INFINITY);
  if (lifetimeMs !== null) grants.expire(result.accessToken, accessTtlMs);
  const pair = { ...result, accessTtlMs };
  return json(200, effect === 'minimal' ? certain(pair) : tokenAnswer(pair), noStore);
}

function redeem({ client, form, grantType }: TokenRequest, grants: Grants, requestId: string): Pair | Refusal {
  const field = (name: string) => form.get(name) ?? '';
  if (grantType === 'authorization_code') {
    return grants.redeem(field('code'), client.id, field('redirect_uri'), field('code_verifier'), requestId);
  }
  const scope = form.get('scope');
  const wanted = scope?.split(' ').filter((name) => name !== '') ?? [];
  return grants.refresh(field('refresh_token'), client.id, wanted.length === 0 ? null : wanted, requestId);
}

function certain({ accessToken, refreshToken, scope, family: { consent } }: Pair) {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    scope: scope.join(' '),
    event_id: consent.eventId,
    organization_id: consent.organizationId,
  };
}

/** A token answer with every field. Wire names. Assumed: `user_id`, and everything that `certain` leaves out. */
export interface TokenAnswer {
  readonly [field: string]: string | number;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly event_id: string;
  readonly organization_id: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly refresh_expires_in: number;
}

export function tokenAnswer(pair: Pair): TokenAnswer {
  const { user } = pair.family.consent;
  return {
    ...certain(pair),
    token_type: 'Bearer',
    expires_in: Math.floor(pair.accessTtlMs / 1000),
    refresh_expires_in: Math.floor(pair.refreshTtlMs / 1000),
    ...(user === null ? {} : { user_id: user.id }),
  };
}
