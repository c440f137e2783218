import { randomBytes } from 'node:crypto';
import { challengeOf, createVerifier } from '../../../src/auth/sign-in/pkce.ts';
import type { Exchange, HeaderList, HttpResponse } from '../../../src/ports/exchange.ts';
import type { Sandbox } from '../../../src/sandbox/server/app.ts';

/** A value of a response header, or null. */
export function headerOf(response: HttpResponse, name: string): string | null {
  return response.headers.find(([found]) => found.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}

export function textOf(response: HttpResponse): string {
  return Buffer.from(response.body).toString('utf8');
}

export function jsonOf(response: HttpResponse): Record<string, unknown> {
  return JSON.parse(textOf(response));
}

/** What an integration sends, in the smallest form: each test changes the one thing it is about. */
export function integrationOf(sandbox: Sandbox) {
  const [client] = sandbox.clients;
  if (client === undefined || client.secret === null) throw new Error('the first client should be confidential');
  const { id: clientId, secret: clientSecret } = client;
  const redirectUri = client.redirectUris[0] ?? '';
  const verifier = createVerifier();
  const state = randomBytes(16).toString('base64url');
  const send = (method: string, url: string, headers: HeaderList = [], body = ''): ReturnType<Exchange> => {
    // As every client of the control API sends it; its tests of other types use sockets.
    const isJson = url.startsWith('/_sandbox/') && body !== '';
    const sent = isJson ? [...headers, ['Content-Type', 'application/json'] as const] : headers;
    return sandbox.exchange({ method, url, headers: sent, body: Buffer.from(body, 'utf8') });
  };
  const get = (url: string, headers: HeaderList = []) => send('GET', url, headers);
  const post = (url: string, form: Fields, headers: HeaderList = []) =>
    send('POST', url, [['Content-Type', 'application/x-www-form-urlencoded'], ...headers], encode(form));

  /** The authorization request, with changes; `null` leaves a parameter out. */
  const authorize = (changes: Changes = {}) =>
    get(
      `/oauth/authorize?${encode({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'event.read participants.read program.read',
        event_id: sandbox.eventId,
        state,
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
        ...changes,
      })}`,
    );
  const token = (form: Changes) => post('/oauth/token', { client_id: clientId, client_secret: clientSecret, ...form });
  const exchangeCode = (code: string, changes: Changes = {}) =>
    token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...changes,
    });
  const refresh = (refreshToken: string, changes: Changes = {}) =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes });
  /** A code, from a sandbox with auto-consent. */
  const code = async (changes: Changes = {}) => callbackOf(await authorize(changes)).get('code') ?? '';
  /** A token answer, from a sandbox with auto-consent. */
  const login = async (changes: Changes = {}) => jsonOf(await exchangeCode(await code(changes)));
  /** An organizer connects the integration first: participants cannot sign in before. */
  const loginAsUser = async () => {
    await authorize();
    return login({ scope: 'profile.read event.attendance' });
  };
  const api = (path: string, accessToken: unknown, headers: HeaderList = []) =>
    get(`/api/v1${path}`, [['Authorization', `Bearer ${accessToken}`], ...headers]);
  return {
    clientId,
    clientSecret,
    redirectUri,
    verifier,
    state,
    send,
    get,
    post,
    authorize,
    token,
    exchangeCode,
    refresh,
    code,
    login,
    loginAsUser,
    api,
  };
}

type Fields = Readonly<Record<string, string | null | readonly string[]>>;
type Changes = Fields;

/** Form encoding; `null` is left out, a list is repeated. */
export function encode(fields: Fields): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of value === null ? [] : [value].flat()) search.append(name, one);
  }
  return search.toString();
}

/** The parameters a redirect carries back. */
export function callbackOf(response: HttpResponse): URLSearchParams {
  const location = headerOf(response, 'location');
  if (location === null) throw new Error(`no redirect: ${response.status} ${textOf(response).slice(0, 300)}`);
  return new URL(location).searchParams;
}
