import { headerOf } from '../../../http/headers.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { parseRecord } from '../../../json/parse.ts';
import type { HttpRequest, HttpResponse } from '../../../ports/exchange.ts';
import { controlPrefix } from '../../control/key.ts';
import type { Strike } from '../../faults/fault-plan.ts';
import { type Incoming, type Params, readParams } from '../../message/request.ts';
import type { Client } from '../../oauth/clients.ts';
import type { AnySeen, AuthorizeSeen, ConsentSeen, Issued, Span, TokenSeen } from '../evidence.ts';
import { readApi } from './api.ts';
import { fingerprint, hashOf } from './fingerprint.ts';
import { base, type Paths, type RequestFacts } from './line.ts';
import type { Logins } from './logins.ts';

export interface Answered {
  readonly request: HttpRequest;
  readonly incoming: Incoming;
  readonly answer: HttpResponse;
  readonly strikes: readonly Strike[];
  readonly number: number;
  readonly span: Span;
  /** The client closed the connection before the answer. */
  readonly isAborted: boolean;
  readonly clients: readonly Client[];
  readonly paths: Paths;
  /** Learns the tokens of every answer. */
  readonly logins: Logins;
}

const apiPrefix = '/api/v1';

/** What is kept of a request, or null of one that no rule is about. No secret is in it. */
export function readSeen(answered: Answered): AnySeen | null {
  const { path } = answered.incoming;
  if (path === '/oauth/authorize') return readAuthorize(answered);
  if (path === '/oauth/consent') return readConsent(answered);
  if (path === '/oauth/token') return readToken(answered);
  if (path.startsWith(`${apiPrefix}/`)) return readApi(answered, path.slice(apiPrefix.length));
  // A test suite may log in at the control path, without the token endpoint.
  if (path === `${controlPrefix}/login`) issuedBy(answered, null);
  return null;
}

function readAuthorize(answered: Answered): AuthorizeSeen | null {
  const { incoming, answer, clients, logins } = answered;
  const { query } = incoming;
  const client = clients.find(({ id }) => id === query.get('client_id'));
  if (client === undefined) return null;
  const redirectUri = query.get('redirect_uri') ?? '';
  const landed = landing(answer, client.redirectUris);
  const code = landed?.code ?? null;
  if (landed !== null && code !== null) logins.addCode(hashOf(code), { redirectUri: landed.redirectUri });
  return {
    kind: 'authorize',
    ...base(answered, landed?.error ?? null, query),
    client: client.id,
    redirect: client.redirectUris.includes(redirectUri) ? 'registered' : isNear(redirectUri, client) ? 'near' : 'other',
    method: query.get('code_challenge_method'),
    challenge: printOf(query, 'code_challenge'),
    state: printOf(query, 'state'),
    code: code === null ? null : hashOf(code),
  };
}

function readConsent(answered: Answered): ConsentSeen {
  const { answer, clients, incoming, logins } = answered;
  const landed = landing(
    answer,
    clients.flatMap(({ redirectUris }) => redirectUris),
  );
  const code = landed?.code ?? null;
  if (landed !== null && code !== null) logins.addCode(hashOf(code), { redirectUri: landed.redirectUri });
  return {
    kind: 'consent',
    ...base(answered, landed?.error ?? null, incoming.query),
    state: landed?.state == null ? null : hashOf(landed.state),
    code: code === null ? null : hashOf(code),
  };
}

function readToken(answered: Answered): TokenSeen {
  const { incoming, logins } = answered;
  const form = readParams(Buffer.from(incoming.body).toString('utf8'));
  const type = form.get('grant_type');
  const refresh = hashIn(form, 'refresh_token');
  const code = hashIn(form, 'code');
  const known = refresh === null ? null : logins.ofRefresh(refresh);
  const { issued, login, error } = issuedBy(answered, known);
  const asked = code === null ? null : logins.code(code);
  const sentUri = form.get('redirect_uri');
  return {
    kind: 'token',
    ...base(answered, error, incoming.query),
    client: form.get('client_id'),
    grant: type === 'authorization_code' ? 'code' : type === 'refresh_token' ? 'refresh' : null,
    code,
    verifier: printOf(form, 'code_verifier'),
    redirect: asked === null || sentUri === null ? null : sentUri === asked.redirectUri ? 'same' : 'other',
    refresh,
    login,
    // An empty field counts as left out.
    strays: ['code', 'code_verifier', 'code_challenge', 'redirect_uri'].filter((name) => (form.get(name) ?? '') !== ''),
    hasCredentialsInHeader:
      /^Basic /i.test(incoming.header('authorization') ?? '') && form.get('client_secret') === null,
    issued,
  };
}

/** What a token answer gave, and the login it belongs to; or its error. */
function issuedBy(
  { answer, logins }: Answered,
  known: number | null,
): { readonly issued: Issued | null; readonly login: number | null } & RequestFacts {
  const fields = parseRecord(Buffer.from(answer.body).toString('utf8')) ?? {};
  const { access_token: access, refresh_token: refresh, expires_in: seconds, scope, event_id: eventId, error } = fields;
  if (answer.status !== 200 || typeof access !== 'string' || typeof refresh !== 'string') {
    return { issued: null, login: known, error: typeof error === 'string' ? error : null };
  }
  const issued = {
    access: hashOf(access),
    refresh: hashOf(refresh),
    // The sandbox leaves it out under a fault only.
    lifetimeMs: typeof seconds === 'number' ? seconds * 1000 : 0,
    scope: `${scope}`.split(' '),
  };
  return { issued, login: logins.add(known, { ...issued, eventId: `${eventId}` }), error: null };
}

/** What a redirect brings back to the integration. */
function landing(answer: HttpResponse, redirectUris: readonly string[]) {
  const location = headerOf(answer, 'location');
  if (location === null) return null;
  // The longest: one may be the beginning of another.
  const [redirectUri] = redirectUris
    .filter((uri) => location.startsWith(`${uri}${uri.includes('?') ? '&' : '?'}`))
    .sort((a, b) => b.length - a.length);
  const params = parseUrl(location)?.searchParams;
  if (redirectUri === undefined || params === undefined) return null;
  return { redirectUri, code: params.get('code'), state: params.get('state'), error: params.get('error') };
}

/** Whether a redirect URI is meant to be a registered one: the same but for case, slash, scheme, or name of this machine. */
function isNear(redirectUri: string, { redirectUris }: Client): boolean {
  const plain = (uri: string) =>
    uri
      .toLowerCase()
      .replace(/^https:/, 'http:')
      .replace(/^http:\/\/(127\.0\.0\.1|\[::1\])/, 'http://localhost')
      .replace(/[/?#]+$/, '');
  return redirectUris.some((uri) => plain(uri) === plain(redirectUri));
}

function hashIn(params: Params, name: string): string | null {
  const value = params.get(name);
  return value === null || value === '' ? null : hashOf(value);
}

function printOf(params: Params, name: string) {
  const value = params.get(name);
  return value === null || value === '' ? null : fingerprint(value);
}
