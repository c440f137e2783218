// Reads of the API: what to do about each error, limits, and lists page by page.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { config, log } from './config.js';
import { requestTokens } from './oauth.js';
import { endSpent, loginFor, refreshed } from './tokens.js';

const version = 'application/vnd.revento.v1+json';
const tries = 5;
const inFlight = 5;
/** A pause that is longer is a mistake of something in between. */
const longestPauseSeconds = 3_600;
/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
const pagesAtOnce = 20;

/** What Revento refused, or never answered; `code` is its error code. */
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

/** The answer with one resource of an event, its `body`. Throws what Revento refused, or LoginEnded. */
export async function get(eventId, path) {
  const gate = gateOf(eventId);
  let hasRefreshed = false;
  for (let attempt = 1; ; attempt++) {
    const login = await loginFor(eventId);
    const answer = await inTurn(gate, () => send(login, path));
    if (answer.status === 200 && answer.body instanceof Object) return answer;
    const code = answer.body?.error ?? (answer.status === 0 ? 'unreachable' : 'unexpected_answer');
    const pauseMs = pauseAfter(answer.status, code, attempt);
    if (code === 'token_expired' && !hasRefreshed) {
      hasRefreshed = true;
      await refreshed(login, requestTokens);
    } else if (code === 'token_revoked') {
      await endSpent(login, code);
    } else if (pauseMs === undefined || attempt >= tries) {
      throw refusal(code, answer);
    } else if (answer.retryAfterMs) {
      gate.pausedUntil = Date.now() + answer.retryAfterMs; // for all requests with this token
    } else {
      await sleep(pauseMs);
    }
  }
}

/** How long to wait before the next try; undefined: do not try again. Branches on codes, never on messages. */
function pauseAfter(status, code, attempt) {
  const jitter = 1 + Math.random() / 4;
  if (code === 'concurrent_limit_exceeded') return 300 * jitter;
  if (status === 429) return 2_000 * 2 ** attempt * jitter;
  // No answer, or half of one: reads may be sent again.
  if ([0, 200].includes(status) || status >= 500) return 500 * 2 ** (attempt - 1) * jitter;
  return undefined;
}

async function send(login, path) {
  const requestId = randomUUID();
  const started = Date.now();
  const answer = await exchange(login, path, requestId).catch((error) => ({ status: 0, error }));
  const { status, error } = answer;
  const failure = error?.cause?.code ?? error?.message;
  log('api request', { request_id: requestId, event_id: login.event_id, status, failure, ms: Date.now() - started });
  return { ...answer, requestId };
}

async function exchange(login, path, requestId) {
  const response = await fetch(`${config.apiBase}${path}`, {
    headers: { Authorization: `Bearer ${login.access_token}`, Accept: version, 'X-Revento-Request-Id': requestId },
    redirect: 'manual', // a token belongs to one host
    signal: AbortSignal.timeout(20_000),
  });
  const body = await response.json().catch(() => undefined); // the failure of the parser quotes the answer
  const [seconds] = /^[1-9]\d*$/.exec(response.headers.get('retry-after') ?? '') ?? [];
  return { status: response.status, body, retryAfterMs: seconds && Math.min(seconds, longestPauseSeconds) * 1000 };
}

/** Every row of a list, one after the other, however many pages it has. */
export async function* rows(eventId, path) {
  const seen = new Set();
  let query = new URLSearchParams({ limit: '50' });
  for (;;) {
    const answer = await get(eventId, `${path}?${query}`);
    const { data, next_cursor: cursor, has_more: hasMore } = answer.body;
    // Not the end of the list, unless it says so: rows would be missing, and nobody would know.
    const hasEnd = hasMore === false || (hasMore === true && typeof cursor === 'string' && !seen.has(cursor));
    const hasRows = Array.isArray(data) && data.every((row) => row instanceof Object);
    if (!hasEnd || !hasRows) throw refusal('unexpected_answer', answer);
    yield* data;
    if (!hasMore) return;
    seen.add(cursor);
    query = new URLSearchParams({ limit: '50', cursor });
    if (seen.size > pagesAtOnce) await sleep(2_100);
  }
}
