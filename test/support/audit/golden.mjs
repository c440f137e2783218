// An integration that does everything as the guide says, against the sandbox of `revento sandbox exec`. MUTANT names one
// mistake that it makes on purpose. It drives its own sandbox: the clock moves where a real one would wait.
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { env } = process;
const { REVENTO_AUTH_BASE: authBase, REVENTO_API_BASE: apiBase, SANDBOX_EVENT_ID: eventId } = env;
const is = (mutant) => env.MUTANT === mutant;
const list = `/events/${eventId}/participants`;

/** Drives the sandbox, as `revento sandbox …` does. */
async function control(path, body = {}) {
  const headers = { Authorization: `Bearer ${env.REVENTO_SANDBOX_KEY}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${authBase}/_sandbox/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
const wait = (ms) => control('/clock/advance', { ms });
const fault = (...add) => control('/faults', { add, clear: true });

// The OAuth client.
const fixed = { verifier: randomBytes(32).toString('base64url'), state: randomBytes(16).toString('base64url') };
const logins = [];
let attempts = 0;

async function connect(scope = 'event.read participants.read program.read') {
  attempts++;
  const verifier = is('same-verifier')
    ? fixed.verifier
    : is('dull-verifier')
      ? 'a'.repeat(43 + attempts)
      : randomBytes(32).toString('base64url');
  const state = is('same-state')
    ? fixed.state
    : is('counted-state')
      ? `${1000 + attempts}`
      : randomBytes(16).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: env.REVENTO_CLIENT_ID,
    redirect_uri: env.REVENTO_REDIRECT_URI,
    scope,
    event_id: eventId,
    ...(is('no-state') ? {} : { state }),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const consent = await fetch(`${authBase}/oauth/authorize?${query}`, { redirect: 'manual' });
  const back = new URL(consent.headers.get('location')).searchParams;
  if (!is('no-state') && back.get('state') !== state) throw new Error('the state is not ours');
  const exchange = { grant_type: 'authorization_code', code: back.get('code'), code_verifier: verifier };
  const tokens = await token({ ...exchange, redirect_uri: env.REVENTO_REDIRECT_URI });
  if (is('code-twice')) await token({ ...exchange, redirect_uri: env.REVENTO_REDIRECT_URI });
  const login = { ...tokens, isRevoked: false, refreshing: null };
  logins.push(login);
  return login;
}

async function token(form) {
  const url = `${authBase}/oauth/token${is('secret-in-url') ? `?hint=1&client_secret=${env.REVENTO_CLIENT_SECRET}` : ''}`;
  const send = (to) =>
    fetch(to, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: env.REVENTO_CLIENT_ID,
        client_secret: env.REVENTO_CLIENT_SECRET,
        ...form,
      }),
    });
  // The sandbox refuses a secret in the URL, so this mistake is made beside the request that works.
  if (is('secret-in-url')) await send(url);
  return (await send(`${authBase}/oauth/token`)).json();
}

/** One refresh for everybody who needs it. */
function refresh(login) {
  if (is('parallel-refresh')) return refreshOnce(login);
  login.refreshing ??= refreshOnce(login).finally(() => {
    login.refreshing = null;
  });
  return login.refreshing;
}

async function refreshOnce(login) {
  const spent = login.refresh_token;
  const answer = await token({
    grant_type: 'refresh_token',
    refresh_token: spent,
    ...(is('pkce-in-refresh') && { code_verifier: fixed.verifier }),
  });
  if (answer.error === 'invalid_grant') {
    for (let again = 0; is('refresh-loop') && again < 2; again++) {
      await wait(5_000);
      await token({ grant_type: 'refresh_token', refresh_token: spent });
    }
    login.isRevoked = true;
  } else if (is('keeps-old-refresh-token')) login.access_token = answer.access_token;
  else Object.assign(login, answer);
}

// The API client.
const fixedId = randomUUID();

async function get(login, path, attempt = 1) {
  if (login.isRevoked) return { error: 'token_revoked' };
  const headers = {
    Authorization: `Bearer ${login.access_token}`,
    ...(is('no-accept') ? {} : { Accept: 'application/vnd.revento.v1+json' }),
    ...(is('no-request-id') ? {} : { 'X-Revento-Request-Id': is('same-request-id') ? fixedId : randomUUID() }),
  };
  const url = `${apiBase}${path}${is('token-in-url') ? `${path.includes('?') ? '&' : '?'}access_token=${login.access_token}` : ''}`;
  const answer = await fetch(url, { headers });
  const body = await answer.json();
  const isStubborn = ['hammers', 'retries-refusals', 'retries-invalid-token'].some(is);
  if (answer.ok || attempt > (isStubborn ? 8 : 4)) return body;
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    await wait(is('waits-a-second') ? 1_000 : seconds * 1000);
    return get(login, path, attempt + 1);
  }
  if (answer.status >= 500) {
    if (!is('hammers')) await wait(is('constant-wait') ? 2_000 : 500 * 2 ** attempt);
    return get(login, path, attempt + 1);
  }
  if (body.error === 'token_expired') {
    if (is('never-refreshes')) return body;
    if (attempt > 1 && !is('refreshes-forever')) return body;
    await refresh(login);
    return get(login, path, attempt + 1);
  }
  if (body.error === 'token_revoked') {
    if (is('refreshes-revoked')) await refresh(login);
    const again = is('retries-revoked') ? await get(login, path, 5).then(() => get(login, path, 5)) : body;
    login.isRevoked = !is('forgets-revoked');
    return again;
  }
  if (is('retries-refusals') && answer.status === 400) return get(login, path, attempt + 1);
  if (is('retries-invalid-token') && body.error === 'invalid_token') return get(login, path, attempt + 1);
  return body;
}

async function sync(login, path = list) {
  const rows = [];
  const limit = is('limit-100') ? 100 : 20;
  let cursor = null;
  for (;;) {
    const name = is('cursor-by-another-name') ? 'after' : 'cursor';
    const sent = cursor !== null && is('cursor-altered') ? cursor.toLowerCase() : cursor;
    const query = new URLSearchParams({
      ...(is('drops-limit') && cursor !== null ? {} : { limit }),
      ...(sent === null ? {} : { [name]: sent }),
    });
    const page = await get(login, `${path}?${query}`);
    if (!Array.isArray(page.data)) return rows;
    rows.push(...page.data);
    if (!page.has_more && !is('reads-past-the-end')) return rows;
    if (cursor === 'null' || rows.length > 200) return rows;
    cursor = `${page.next_cursor}`;
  }
}

// The webhook handler.
const known = new Set();
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const stamp = `${request.headers['x-revento-timestamp']}`;
  const secret = is('wrong-secret') ? 'whsec_of_another_environment' : env.REVENTO_WEBHOOK_SECRET;
  const mac = createHmac('sha256', secret).update(`${stamp}.`).update(body).digest('hex');
  const expected = Buffer.from(`sha256=${mac}`);
  const given = Buffer.from(`${request.headers['x-revento-signature']}`);
  const isGenuine = is('trusts-everybody') || (given.length === expected.length && timingSafeEqual(given, expected));
  const isFresh = is('takes-stale') || Math.abs(Date.now() / 1000 - Number(stamp)) <= 300;
  const answer = (status) => response.writeHead(status, is('redirects') ? { Location: '/elsewhere' } : {}).end();
  if (!isGenuine || !isFresh) return answer(401);
  const id = request.headers['x-revento-delivery-id'];
  if (known.has(id) && is('refuses-repeats')) return answer(409);
  known.add(id);
  const isEnd = JSON.parse(body).type === 'data.deletion_required' && !is('ignores-deletion');
  if (isEnd) for (const login of logins) login.isRevoked = true;
  answer(is('redirects') ? 308 : 204);
});
await new Promise((resolve) => server.listen(Number(env.HANDLER_PORT), '127.0.0.1', resolve));

/** Waits until a delivery was answered. */
async function answered(id) {
  const headers = { Authorization: `Bearer ${env.REVENTO_SANDBOX_KEY}` };
  for (let left = 200; left > 0; left--) {
    const { deliveries } = await (await fetch(`${authBase}/_sandbox/v1/deliveries`, { headers })).json();
    if (deliveries.find(({ delivery_id }) => delivery_id === id)?.attempts.length > 0) return id;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nothing was delivered');
}

/** Lets something happen, and waits until its delivery was answered. */
async function deliver(action) {
  const { happened } = await control('/do', { action });
  return answered(happened[0].delivery_id);
}

// What happens to it.
const login = await connect();
await get(await connect(), `/events/${eventId}`);
await sync(login);
if (is('wrong-kind')) await get(login, '/me/profile');
if (is('wrong-event')) await get(login, '/events/evt_test_neighbor');
if (is('writes'))
  await fetch(`${apiBase}${list}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${login.access_token}`,
      Accept: 'application/vnd.revento.v1+json',
      'X-Revento-Request-Id': randomUUID(),
    },
  });
const burst = is('twelve-at-once') ? 12 : 5;
await fault('api:slow=150ms');
await Promise.all(Array.from({ length: burst }, () => get(login, `/events/${eventId}`)));
await fault('api:429=5x1');
await get(login, `/events/${eventId}`);
await fault(`api:503x${is('hammers') ? 8 : 3}`);
await get(login, `${list}?limit=10`);
await fault('api:validation_errorx9');
await get(login, `${list}?limit=11`);
await fault('api:invalid_tokenx9');
await get(login, `${list}?limit=12`);
await fault();
for (let hours = 0; hours < 2; hours++) {
  await wait(3_700_000);
  await Promise.all(Array.from({ length: 5 }, () => get(login, `/events/${eventId}`)));
  await wait(10_000);
  if (is('never-refreshes'))
    for (let count = 0; count < 3; count++) await wait(10_000).then(() => get(login, `/events/${eventId}`));
}
await fault('api:expiredx4');
await get(login, `/events/${eventId}`);
await fault('refresh:invalid_grantx3');
const doomed = await connect();
await wait(3_700_000);
await get(doomed, `/events/${eventId}`);
await fault();
const id = await deliver('apply');
await control(`/deliveries/${id}/redeliver`);
await fault('webhook:signaturex1');
await deliver('apply');
await fault('webhook:stalex1');
await deliver('apply');
await fault();
const cut = await connect();
await fault('api:revokedx1');
for (let minutes = 0; minutes < 3; minutes++) {
  await get(cut, `/events/${eventId}`);
  await wait(60_000);
}
const last = await connect();
const { deliveries } = await control('/revoke', {});
await answered(deliveries[0].delivery_id);
await wait(60_000);
// Time for whatever a delivery has begun to end.
await new Promise((resolve) => setTimeout(resolve, 1_200));
await get(last, `/events/${eventId}`);
server.close();
server.closeAllConnections();
