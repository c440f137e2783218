// Requests to the API: within the limits, and with the reaction that each failure asks for.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { refresh, refreshAhead } from './login.mjs';
import { is, varies } from './mistake.mjs';
import { forget, loginOf, save } from './store.mjs';

const apiBase = process.env.REVENTO_API_BASE;
const perMinute = Number(process.env.REQUESTS_A_MINUTE ?? 30);
const mostAttempts = 5;

/** The limits of the guide for one event: requests at once, and in a minute. */
class Budget {
  #open = 0;
  #starts = [];
  #waiting = [];

  async spend(work) {
    while (this.#open >= 5) await new Promise((resolve) => this.#waiting.push(resolve));
    this.#open++;
    try {
      this.#starts = this.#starts.filter((at) => performance.now() - at < 60_000);
      if (this.#starts.length >= perMinute) await sleep(60_000 - (performance.now() - this.#starts[0]));
      this.#starts.push(performance.now());
      return await work();
    } finally {
      this.#open--;
      this.#waiting.shift()?.();
    }
  }
}
const budgets = new Map();

/** What the API answered. `refused`: it will not get better; `lost`: no answer, or none that can be read. */
async function ask(login, path) {
  const headers = {
    Authorization: `Bearer ${login.access}`,
    Accept: 'application/vnd.revento.v1+json',
    'X-Revento-Request-Id': randomUUID(),
  };
  try {
    const response = await fetch(`${apiBase}${path}`, { headers });
    const after = Number(response.headers.get('retry-after') ?? 'NaN');
    const text = await response.text();
    return { status: response.status, after, body: JSON.parse(text) };
  } catch (error) {
    const isEnd = is(error instanceof SyntaxError ? 'html-is-the-end' : 'cut-is-the-end');
    if (isEnd) return { status: 200, body: { data: [], has_more: false, next_cursor: null } };
    return { status: 0, after: Number.NaN, body: {} };
  }
}

/** Reads a path of an event. @throws Error when that does not work out */
export async function get(eventId, path) {
  if (!budgets.has(eventId)) budgets.set(eventId, new Budget());
  let hasRefreshed = false;
  for (let attempt = 1; ; attempt++) {
    await refreshAhead(eventId);
    const login = loginOf(eventId);
    if (login === undefined) throw new Error('not connected');
    const { status, after, body } = await budgets.get(eventId).spend(() => ask(login, path));
    if (status === 200) {
      if (is('stores-after-use')) save();
      return body;
    }
    const isExpired = is('branches-on-message')
      ? `${body.message}`.includes('expired')
      : body.error === 'token_expired' || (is('refreshes-invalid') && body.error === 'invalid_token');
    if (status === 401 && isExpired && !varies('refreshes-ahead')) {
      // Another call may have refreshed meanwhile.
      const isStale = loginOf(eventId)?.access !== login.access && !is('parallel-refresh');
      if (!isStale && (hasRefreshed || !(await refresh(eventId)))) throw new Error('expired');
      hasRefreshed = true;
    } else if (body.error === 'token_revoked') {
      forget(eventId);
      throw new Error('revoked');
    } else if (status === 429) {
      if (attempt === mostAttempts || (is('gives-up-when-busy') && Number.isNaN(after))) throw new Error('limited');
      const waitMs = Number.isNaN(after) ? 150 * attempt + 100 * Math.random() : after * 1000;
      await sleep(is('waits-a-moment') ? 300 : waitMs);
    } else if (status >= 500 || status === 0) {
      if (attempt === mostAttempts) throw new Error(`failed: ${status}`);
      if (!is('hammers')) await sleep(is('constant-wait') ? 2_000 : 100 * 2 ** attempt * (1 + Math.random() / 4));
    } else throw new Error(`refused: ${status}`);
  }
}
