// Reads of the API: what to do about each error, limits, and lists page by page.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { config, log } from './config.js';
import { requestTokens } from './oauth.js';
import { endSpent, loginFor, refreshed } from './tokens.js';

const tries = 5;
const inFlight = 5;
/** A pause that is longer is a mistake of something in between. */
const longestPauseSeconds = 3_600;
/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
const pagesAtOnce = 20;

/** What Revento refused; `code` is its error code. */
const refusal = (code, { status, requestId }) =>
  Object.assign(new Error(`${code} (${status}), request ${requestId}`), { code });

/** What all requests for one event share: lanes with one request at a time, and a pause that Revento asked for. */
const gates = new Map();

function gateOf(eventId) {
  if (!gates.has(eventId))
    gates.set(eventId, { lanes: Array(inFlight).fill(Promise.resolve()), next: 0, pausedUntil: 0 });
  return gates.get(eventId);
}

function inTurn(gate, work) {
  const lane = gate.next++ % inFlight;
  const run = gate.lanes[lane].then(async () => {
    while (gate.pausedUntil > Date.now()) await sleep(gate.pausedUntil - Date.now());
    return work();
  });
  gate.lanes[lane] = run.catch(() => {});
  return run;
}

/** The JSON of one resource of an event. Throws what Revento refused, LoginEnded, or the failure of the network. */
export async function get(eventId, path) {
  const gate = gateOf(eventId);
  let hasRefreshed = false;
  for (let attempt = 1; ; attempt++) {
    const login = await loginFor(eventId);
    const answer = await inTurn(gate, () => send(login, path)).catch((error) => ({ status: 0, error }));
    if (answer.status === 200) return answer.body;
    const code = answer.body?.error;
    const pauseMs = pauseAfter(answer, attempt);
    if (code === 'token_expired' && !hasRefreshed) {
      hasRefreshed = true;
      await refreshed(login, requestTokens);
    } else if (code === 'token_revoked') {
      await endSpent(login, code);
    } else if (pauseMs === undefined || attempt === tries) {
      throw answer.error ?? refusal(code ?? 'unexpected_answer', answer);
    } else if (answer.retryAfterMs) {
      gate.pausedUntil = Date.now() + answer.retryAfterMs; // for all requests with this token
    } else {
      await sleep(pauseMs);
    }
  }
}

/** How long to wait before the next try; undefined: do not try again. Branches on codes, never on messages. */
function pauseAfter({ status, body, retryAfterMs, error }, attempt) {
  if (body?.error === 'concurrent_limit_exceeded') return 200 + Math.random() * 300;
  if (status === 429) return retryAfterMs ?? 2_000 * 2 ** attempt;
  // No answer, or half of one: reads may be sent again.
  if (error || status >= 500) return 500 * 2 ** (attempt - 1) * (1 + Math.random() / 4);
  return undefined;
}

async function send(login, path) {
  const requestId = randomUUID();
  const started = Date.now();
  const response = await fetch(`${config.apiBase}${path}`, {
    headers: {
      Authorization: `Bearer ${login.access_token}`,
      Accept: 'application/vnd.revento.v1+json',
      'X-Revento-Request-Id': requestId,
    },
    redirect: 'error',
    signal: AbortSignal.timeout(20_000),
  });
  const { status, headers } = response;
  const body = await response.json().catch(() => undefined); // the failure of the parser quotes the answer
  log('api request', { request_id: requestId, event_id: login.event_id, status, ms: Date.now() - started });
  if (status === 200 && body === undefined) throw new Error('The answer is not JSON.');
  const [seconds] = /^\d+$/.exec(headers.get('retry-after') ?? '') ?? [];
  const retryAfterMs = seconds && Math.min(Number(seconds), longestPauseSeconds) * 1000;
  return { status, requestId, body, retryAfterMs };
}

/** Every row of a list, one after the other, however many pages it has. */
export async function* rows(eventId, path) {
  const seen = new Set();
  let query = new URLSearchParams({ limit: '50' });
  for (;;) {
    const { data, next_cursor: cursor, has_more: hasMore } = await get(eventId, `${path}?${query}`);
    yield* data;
    if (!hasMore) return;
    if (typeof cursor !== 'string' || seen.has(cursor)) throw new Error('The list does not end.');
    seen.add(cursor);
    query = new URLSearchParams({ limit: '50', cursor });
    if (seen.size > pagesAtOnce) await sleep(2_100);
  }
}
