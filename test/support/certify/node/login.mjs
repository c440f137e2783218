// Consent and tokens, on oauth4webapi.
import { randomUUID } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { is, varies } from './mistake.mjs';
import { forget, keep, loginOf } from './store.mjs';

const { env } = process;
const server = {
  issuer: env.REVENTO_AUTH_BASE,
  authorization_endpoint: `${env.REVENTO_AUTH_BASE}/oauth/authorize`,
  token_endpoint: `${env.REVENTO_AUTH_BASE}/oauth/token`,
};
const client = { client_id: env.REVENTO_CLIENT_ID };
const clientAuth = oauth.ClientSecretPost(env.REVENTO_CLIENT_SECRET);
const insecure = { [oauth.allowInsecureRequests]: true };
const scopes = { organizer: 'event.read participants.read', participant: 'profile.read' };

/** Attempts that have not come back, by session. */
const attempts = new Map();

/** Where to send the browser of somebody, and the session that it has to bring back. */
export async function begin(eventId, who = 'organizer') {
  const session = randomUUID();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  attempts.set(session, { eventId, verifier, state, who });
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: env.REVENTO_CLIENT_ID,
    redirect_uri: env.REVENTO_REDIRECT_URI,
    scope: scopes[who],
    event_id: eventId,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { session, url: url.href };
}

/** What a browser brought back: the page to show it. Whatever is wrong with it is a refusal, not a failure. */
export async function land(session, url) {
  const owner = is('state-for-everybody') ? ownerOf(url.searchParams.get('state')) : session;
  const attempt = attempts.get(owner);
  if (attempt === undefined) return { status: 400, text: 'Connect again.' };
  if (!is('keeps-attempt')) attempts.delete(owner);
  const isAlike = is('state-begins') && url.searchParams.get('state')?.startsWith(attempt.state.slice(0, 6));
  const expected = is('state-ignored') || isAlike ? oauth.skipStateCheck : attempt.state;
  let params;
  try {
    params = oauth.validateAuthResponse(server, client, url, expected);
  } catch (error) {
    if (is('denied-crashes') && error.error === 'access_denied') throw error;
    if (is('denied-exchanges') && error.error === 'access_denied')
      await token({ grant_type: 'authorization_code', code: '' });
    return { status: 400, text: error.error === 'access_denied' ? 'You declined.' : 'Connect again.' };
  }
  try {
    const answer = await oauth.authorizationCodeGrantRequest(
      ...[server, client, clientAuth, params, env.REVENTO_REDIRECT_URI, attempt.verifier, insecure],
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await completed(answer));
    const isParticipant = attempt.who === 'participant' && !is('one-store-for-both');
    const name = isParticipant ? `${tokens.event_id} ${tokens.user_id}` : tokens.event_id;
    keep(name, loginFrom(tokens, attempt.who));
    return { status: 200, text: 'Connected.', name };
  } catch {
    const exchange = { code: url.searchParams.get('code'), code_verifier: attempt.verifier };
    if (is('repeats-refused-code')) await token({ grant_type: 'authorization_code', ...exchange });
    return { status: 400, text: 'Connect again.' };
  }
}

/** A mistake: finds the attempt by state alone, not by browser. */
const ownerOf = (state) => [...attempts.keys()].find((session) => attempts.get(session).state === state);

/** The library insists on token_type, of which the guide is not certain. */
async function completed(answer) {
  if (!answer.ok || is('insists-on-token-type')) return answer;
  const tokens = { token_type: 'Bearer', ...(await answer.json()) };
  return new Response(JSON.stringify(tokens), { headers: { 'Content-Type': 'application/json' } });
}

const loginFrom = (tokens, who) => ({
  expiresAt: Date.now() + (tokens.expires_in ?? 3600) * 1000,
  access: tokens.access_token,
  refresh: tokens.refresh_token,
  scope: (tokens.scope ?? scopes[who]).split(' '),
});

const token = (form) =>
  fetch(server.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_id: env.REVENTO_CLIENT_ID, client_secret: env.REVENTO_CLIENT_SECRET }),
  });

const marginMs = 300_000;

/** Refreshes before the token expires, by the clock of this machine. */
export async function refreshAhead(eventId) {
  const login = loginOf(eventId);
  if (varies('refreshes-ahead') && login && Date.now() + marginMs > login.expiresAt) await refresh(eventId);
}

const refreshing = new Map();

/** One refresh for everybody who needs it; whether there is a new access token. */
export function refresh(eventId) {
  if (is('parallel-refresh')) return refreshOnce(eventId);
  const running = refreshing.get(eventId) ?? refreshOnce(eventId).finally(() => refreshing.delete(eventId));
  refreshing.set(eventId, running);
  return running;
}

async function refreshOnce(eventId) {
  const login = loginOf(eventId);
  if (login === undefined) return false;
  try {
    const answer = await oauth.refreshTokenGrantRequest(server, client, clientAuth, login.refresh, insecure);
    const tokens = await oauth.processRefreshTokenResponse(server, client, await completed(answer));
    if (is('logs-tokens')) process.stderr.write(`refreshed: ${tokens.access_token}\n`);
    keep(eventId, loginFrom({ refresh_token: login.refresh, scope: login.scope.join(' '), ...tokens }));
    return true;
  } catch {
    // Rejected, or unknown: a token that may be used up is not sent again.
    if (is('repeats-lost-refresh')) await token({ grant_type: 'refresh_token', refresh_token: login.refresh });
    forget(eventId);
    return false;
  }
}
