import type { AnswerView, DeliveryView, ReplayRequest, SessionView } from '../model/wire.ts';

/** A refusal of the server, in its own words. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const keyName = 'revento-inspector-key';

/** Calls the server that this page came from; the key goes along in a header, never in a URL or a cookie. */
export class Api {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  session(): Promise<SessionView> {
    return this.#json('/session');
  }

  delivery(id: number): Promise<DeliveryView> {
    return this.#json(`/deliveries/${id}`);
  }

  replay(id: number, request: ReplayRequest): Promise<AnswerView> {
    return this.#json(`/deliveries/${id}/replay`, request);
  }

  /** The stream of deliveries after a number. */
  async events(after: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = { Authorization: `Bearer ${this.key}`, 'Last-Event-ID': String(after) };
    const answer = await fetch('/events', { headers, signal, cache: 'no-store' });
    if (!answer.ok || answer.body === null) throw await errorOf(answer);
    return answer.body;
  }

  async #json<T>(path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.key}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(path, init);
    if (!answer.ok) throw await errorOf(answer);
    return (await answer.json()) as T;
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error: { message: string } };
    return new ApiError(answer.status, error.message);
  } catch {
    return new ApiError(answer.status, `HTTP ${answer.status}`);
  }
}

/**
 * The key of this run: from the fragment, which is taken out of the address bar, or from before a reload.
 *
 * @returns null when there is none
 */
export async function takeKey(): Promise<{ readonly key: string | null; readonly delivery: number | null }> {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const ticket = fragment.get('ticket');
  let key = fragment.get('key');
  const delivery = Number(fragment.get('delivery') ?? 0) || null;
  if (location.hash !== '') history.replaceState(null, '', delivery === null ? '/' : `/#delivery=${delivery}`);
  if (ticket !== null) {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ticket }) };
    const answer = await fetch('/key', init);
    if (answer.ok) key = ((await answer.json()) as { key: string }).key;
  }
  if (key !== null && key !== sessionStorage.getItem(keyName)) {
    // What was cleared in an earlier run says nothing about the deliveries of this one.
    sessionStorage.removeItem('cleared');
    sessionStorage.setItem(keyName, key);
  }
  return { key: key ?? sessionStorage.getItem(keyName), delivery };
}
