/** A refusal of the server, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  /** The whole answer, where it is JSON. */
  readonly answer: unknown;

  constructor(status: number, message: string, answer: unknown = null) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

/** Calls the server that this page came from; the key is sent in a header, never in a URL or a cookie. */
export class Caller {
  readonly key: string;
  readonly #base: string;

  /** @param base  begin of every path, without a slash at its end */
  constructor(key: string, base = '') {
    this.key = key;
    this.#base = base;
  }

  /** The answer to a GET, or to a POST of a body. @throws ApiError */
  async json<T>(path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.key}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(this.#base + path, init);
    if (!answer.ok) throw await errorOf(answer);
    return (await answer.json()) as T;
  }

  /** Server-sent events that answer a POST of a body. @throws ApiError */
  async posted(path: string, body: unknown, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = { 'Content-Type': 'application/json' };
    return this.#stream(path, headers, { method: 'POST', body: JSON.stringify(body), signal });
  }

  /** Server-sent events after a number. @throws ApiError */
  async events(path: string, after: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return this.#stream(path, { 'Last-Event-ID': String(after) }, { signal, cache: 'no-store' });
  }

  async #stream(path: string, headers: Readonly<Record<string, string>>, init: RequestInit) {
    const answer = await fetch(this.#base + path, {
      ...init,
      headers: { Authorization: `Bearer ${this.key}`, ...headers },
    });
    if (!answer.ok || answer.body === null) throw await errorOf(answer);
    return answer.body;
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  try {
    const value = JSON.parse(text) as { error: { message: string } };
    return new ApiError(answer.status, value.error.message, value);
  } catch {
    return new ApiError(answer.status, `HTTP ${answer.status}`);
  }
}
