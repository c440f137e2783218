import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one token request instead of answering at once. */
export interface Twist {
  /** Waits for this before it looks at the request. */
  readonly before?: () => Promise<void>;
  /** Waits for this after it has rotated, before it answers. */
  readonly after?: () => Promise<void>;
  /** Rotates, then closes the connection without a byte; or after half of the answer. */
  readonly cut?: 'drop' | 'half';
  /** Answers this without looking at the token. */
  readonly status?: number;
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status and the content encoding of a good answer. */
  readonly success?: number;
  readonly encode?: (body: Buffer) => Buffer;
  /** Fields put into a good answer. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

interface Family {
  refreshToken: string;
  accessToken: string;
  readonly spent: Set<string>;
  isRevoked: boolean;
}

/**
 * A token endpoint that does what Revento's does to refresh tokens, and no more: each is good once, and a second
 * use ends the whole family. Written on its own for these tests, so that they do not trust the sandbox.
 */
export class TokenServer {
  /** Form fields of every token request that arrived. */
  readonly requests: URLSearchParams[] = [];
  /** Used up in order; without one a request is answered plainly. */
  readonly twists: Twist[] = [];
  accessSeconds = 3600;
  /** Access tokens the API takes for expired although they have not. */
  readonly expired = new Set<string>();
  readonly revoked = new Set<string>();
  /** Access tokens that are good here although their family has moved on: a server may let the last one live. */
  readonly lingering = new Set<string>();
  apiRequests = 0;
  readonly #families: Family[] = [];
  readonly #server: Server;
  #onRequest: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  static async start(): Promise<TokenServer> {
    const made = new TokenServer();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A pair the server knows, as a consent would have given it. */
  issue(): { readonly accessToken: string; readonly refreshToken: string } {
    const family: Family = {
      accessToken: token('install'),
      refreshToken: token('refresh'),
      spent: new Set(),
      isRevoked: false,
    };
    this.#families.push(family);
    return { accessToken: family.accessToken, refreshToken: family.refreshToken };
  }

  isGood(accessToken: string): boolean {
    if (this.lingering.has(accessToken)) return true;
    return this.#families.some((family) => !family.isRevoked && family.accessToken === accessToken);
  }

  /** Resolves when the next token request has arrived. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => this.#onRequest.push(resolve));
  }

  /** Goes on serving at another port. */
  async move(port: number): Promise<void> {
    await this.close();
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    if (request.method === 'POST' && request.url === '/oauth/token') {
      await this.#token(new URLSearchParams(Buffer.concat(body).toString()), response);
    } else {
      this.#api(request, response);
    }
  }

  async #token(form: URLSearchParams, response: ServerResponse): Promise<void> {
    this.requests.push(form);
    const twist = this.twists.shift() ?? {};
    for (const resolve of this.#onRequest.splice(0)) resolve();
    await twist.before?.();
    if (twist.status !== undefined) {
      json(response, twist.status, { error: twist.error ?? 'temporarily_unavailable' }, twist.headers);
      return;
    }
    const answer = this.#rotate(form.get('refresh_token') ?? '');
    await twist.after?.();
    if (twist.cut === 'drop') {
      response.destroy();
      return;
    }
    if (answer === null) {
      json(response, 400, { error: 'invalid_grant' });
      return;
    }
    const text = JSON.stringify({ ...answer, ...twist.fields });
    if (twist.cut === 'half') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    const encoded = twist.encode?.(Buffer.from(text)) ?? Buffer.from(text);
    response.writeHead(twist.success ?? 200, { 'Content-Type': 'application/json', ...twist.headers });
    response.end(encoded);
  }

  #rotate(refreshToken: string): object | null {
    const family = this.#families.find((each) => each.refreshToken === refreshToken || each.spent.has(refreshToken));
    if (!family || family.isRevoked) return null;
    if (family.spent.has(refreshToken)) {
      family.isRevoked = true;
      return null;
    }
    family.spent.add(refreshToken);
    family.refreshToken = token('refresh');
    family.accessToken = token('install');
    return {
      access_token: family.accessToken,
      refresh_token: family.refreshToken,
      token_type: 'Bearer',
      expires_in: this.accessSeconds,
      refresh_expires_in: 7_776_000,
    };
  }

  #api(request: IncomingMessage, response: ServerResponse): void {
    this.apiRequests++;
    const used = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (this.revoked.has(used)) json(response, 401, { error: 'token_revoked', message: 'revoked' });
    else if (this.expired.has(used)) json(response, 401, { error: 'token_expired', message: 'expired' });
    else if (!this.isGood(used)) json(response, 401, { error: 'invalid_token', message: 'unknown' });
    else json(response, 200, { id: 'evt_1' });
  }
}

function token(kind: 'install' | 'refresh'): string {
  return `rev_${kind}_${randomBytes(24).toString('base64url')}`;
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
