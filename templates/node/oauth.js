// The authorization code flow with PKCE, and the token endpoint.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { config } from './config.js';
import { createOnce, fileName, seal, unseal } from './files.js';
import { isConnection, store } from './tokens.js';

const scope = 'event.read participants.read program.read';
const attemptMs = 10 * 60_000;
const failed = 'Revento did not connect the event. Open /connect again.';

/** The organizer cannot be connected this way; `message` may be shown. */
export class NotConnected extends Error {}

/** What Revento refused. `isUnused`: the code or refresh token can still be used. */
const refusal = (code, isUnused, cause) =>
  Object.assign(new Error(`token endpoint: ${code}`, { cause }), { code, isUnused });

const digest = (text) => createHash('sha256').update(`${text}`).digest();

/** Begins a login: where the browser goes, and the cookie that binds the attempt to that browser. */
export function begin(eventId) {
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const client = { response_type: 'code', client_id: config.clientId, redirect_uri: config.redirectUri, scope };
  const pkce = { code_challenge: digest(verifier).toString('base64url'), code_challenge_method: 'S256' };
  const query = new URLSearchParams({ ...client, ...pkce, event_id: eventId, state });
  const cookie = seal({ state, verifier, expiresAt: Date.now() + attemptMs }, 'attempt').toString('base64url');
  return { url: `${config.authBase}/oauth/authorize?${query}`, cookie };
}

/** Ends a login: checks the state, redeems the code and stores the tokens. */
export async function finish(query, cookie) {
  const attempt = unseal(Buffer.from(cookie, 'base64url'), 'attempt');
  const isOurs = attempt && timingSafeEqual(digest(query.state), digest(attempt.state));
  if (!isOurs) throw new NotConnected('This is not the answer to your login.');
  if (attempt.expiresAt < Date.now()) throw new NotConnected('The login took too long. Open /connect again.');
  // Each attempt is answered once, even if the browser sends it again.
  const isFirst = await createOnce(join(config.dataDir, 'attempts', fileName(attempt.state)));
  if (!isFirst) throw new NotConnected('This answer was used already. Open /connect again.');
  if (query.error === 'access_denied') throw new NotConnected('You declined. Nothing was connected.');
  if ('error' in query || !query.code) throw new NotConnected(failed);
  const login = await requestTokens({
    grant_type: 'authorization_code',
    code: query.code,
    redirect_uri: config.redirectUri,
    code_verifier: attempt.verifier,
  }).catch((error) => {
    throw new NotConnected(failed, { cause: error });
  });
  if (!isConnection(login)) throw new NotConnected(failed, { cause: { code: 'tokens for no event' } });
  await store(login);
  return login;
}

/** Tokens for a code or a refresh token. Throws errors with `code` and `isUnused`. */
export async function requestTokens(form) {
  const body = new URLSearchParams({ client_id: config.clientId, client_secret: config.clientSecret, ...form });
  const { status, answer } = await post(`${config.authBase}/oauth/token`, `${body}`);
  // What is not a text is taken for none: one odd field does not spoil the others.
  const texts = Object.fromEntries(Object.entries(answer ?? {}).filter(([, value]) => typeof value === 'string'));
  if (status === 200 && texts.access_token && texts.refresh_token) return texts;
  // What is refused, redirected or put off leaves the token as it was; after any other failure it may be spent.
  const isUnused = status === 503 || (status >= 300 && status < 500 && texts.error !== 'invalid_grant');
  throw refusal(texts.error ?? `status ${status}`, isUnused);
}

/** Not by `fetch`: a connection that it kept open may be closing just now. Nothing is sent before a new one is made. */
async function post(url, body) {
  const [{ request }, connected] = new URL(url).protocol === 'https:' ? [https, 'secureConnect'] : [http, 'connect'];
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const sent = request(url, { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(15_000) });
  sent.on('error', () => {}); // is thrown below, while the answer is read, too
  sent.once('socket', (socket) => socket.once(connected, () => sent.end(body)));
  try {
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, answer: await json(response).catch(() => undefined) };
  } catch (error) {
    throw refusal('unreachable', !sent.writableEnded, error);
  }
}
