// Reads of the API: what to do about each error, limits, and lists page by page.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { config, log } from './config.js';
import { requestTokens } from './oauth.js';
import { end, LoginEnded, loginFor, refreshed } from './tokens.js';

const tries = 5;
const inFlight = 5;
/** A pause that is longer is a mistake of something in between. */
const longestPauseSeconds = 3_600;
/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
const pagesAtOnce = 20;

/** What Revento refused; `code` is its error code. */
export class ApiError extends Error {
  constructor(code, status, requestId) {
    super(`${code} (${status}), request ${requestId}`);
    this.code = code;
  }
}

/** What all requests for one event share: places in flight, and a pause that Revento asked for. */
const gates = new Map();

function gateOf(eventId) {
  const gate = gates.get(eventId) ?? { free: inFlight, queue: [], pausedUntil: 0 };
  gates.set(eventId, gate);
  return gate;
}

async function inTurn(gate, work) {
  if (gate.free > 0) gate.free--;
  else await new Promise((resolve) => gate.queue.push(resolve));
  try {
    for (let left = 1; left > 0; ) {
      left = gate.pausedUntil - Date.now();
      if (left > 0) await sleep(left);
    }
    return await work();
  } finally {
    const next = gate.queue.shift();
    if (next) next();
    else gate.free++;
  }
}

/** The JSON of one resource of an event. Throws ApiError, LoginEnded, or the failure of the network. */
export async function get(eventId, path) {
  const gate = gateOf(eventId);
  let hasRefreshed = false;
  for (let attempt = 1; ; attempt++) {
    const login = await loginFor(eventId);
    const answer = await inTurn(gate, () => send(login, path)).catch((error) => ({ status: 0, error }));
    if (answer.status === 200) return answer.body;
    const code = answer.body?.error;
    if (code === 'token_expired' && !hasRefreshed) {
      hasRefreshed = true;
      await refreshed(login, requestTokens);
      continue;
    }
    if (code === 'token_revoked') {
      await end(login, code);
      throw new LoginEnded('Revento ended this connection. Open /connect.');
    }
    const pauseMs = pauseAfter(answer, attempt);
    if (pauseMs === undefined || attempt === tries) {
      throw answer.error ?? new ApiError(code ?? 'unexpected_answer', answer.status, answer.requestId);
    }
    // A pause that Revento asks for applies to all requests with this token.
    if (answer.retryAfterMs) gate.pausedUntil = Date.now() + answer.retryAfterMs;
    else await sleep(pauseMs);
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
  const started = performance.now();
  const response = await fetch(`${config.apiBase}${path}`, {
    headers: {
      Authorization: `Bearer ${login.access_token}`,
      Accept: 'application/vnd.revento.v1+json',
      'X-Revento-Request-Id': requestId,
    },
    redirect: 'error',
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const { status } = response;
  const ms = Math.round(performance.now() - started);
  log('api request', { request_id: requestId, event_id: login.event_id, status, ms });
  const seconds = response.headers.get('retry-after');
  return {
    status,
    requestId,
    body: parsed(text, status),
    ...(/^\d+$/.test(seconds ?? '') && { retryAfterMs: Math.min(Number(seconds), longestPauseSeconds) * 1000 }),
  };
}

function parsed(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    if (status === 200) throw new Error('The answer is not JSON.'); // the failure of the parser quotes it
    return undefined;
  }
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
