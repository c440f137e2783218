import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the hostile server answers one endpoint. */
export type Hostility =
  /** An error of this status and code that quotes everything the request contained. */
  | { readonly status: number; readonly error: string }
  /** Never answers. */
  | 'silence'
  /** Half an answer, then the connection closes. */
  | 'cut'
  /** A good token answer; the token endpoint only. */
  | 'grant';

/**
 * A server that quotes whatever it is sent in its error answers: in fields that clients show, in every encoding,
 * at every place where a client might cut it off, and in headers. No real server is this bad; some are nearly.
 */
export class HostileServer {
  tokenEndpoint: Hostility = { status: 400, error: 'invalid_request' };
  api: Hostility = { status: 400, error: 'validation_error' };
  /** Answers of the API before `api` holds. */
  readonly firstAnswers: Hostility[] = [];
  /** Every secret that arrived or was handed out. */
  readonly seen = new Set<string>();
  requests = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<HostileServer> {
    const made = new HostileServer();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const received = secretsIn(request, body);
    for (const secret of received) this.seen.add(secret);
    const isToken = request.url?.startsWith('/oauth/token') === true;
    const hostility = isToken ? this.tokenEndpoint : (this.firstAnswers.shift() ?? this.api);
    if (hostility === 'silence') return;
    if (hostility === 'grant') return this.#grant(response);
    const quoted = quote(received, body);
    if (hostility === 'cut') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100000' });
      response.write(quoted, () => response.destroy());
      return;
    }
    this.#refuse(response, hostility, received, quoted);
  }

  #refuse(
    response: ServerResponse,
    { status, error }: { status: number; error: string },
    received: string[],
    quoted: string,
  ) {
    const echo = encodeURIComponent(received[0] ?? 'nothing');
    const text = JSON.stringify({
      error,
      error_description: quoted,
      error_uri: `https://errors.revento.test/?token=${echo}`,
      message: quoted,
      request_id: received[0] ?? 'none',
      required_scope: received.join(' '),
      more: { received },
    });
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'X-Revento-Request-Id': received[0] ?? 'none',
      'Set-Cookie': `session=${echo}`,
      'X-Echo': echo,
      Location: `https://elsewhere.revento.test/?token=${echo}`,
      // Longer than any call may last: trying again would only make the test slow.
      'Retry-After': '100000',
    });
    response.end(text);
  }

  #grant(response: ServerResponse): void {
    const fresh = () => `rev_granted_${randomBytes(18).toString('base64url')}`;
    const [accessToken, refreshToken] = [fresh(), fresh()];
    this.seen.add(accessToken).add(refreshToken);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ access_token: accessToken, refresh_token: refreshToken, expires_in: 3600 }));
  }
}

function secretsIn(request: IncomingMessage, body: string): string[] {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const form = new URLSearchParams(body);
  const fields = ['refresh_token', 'client_secret', 'code', 'code_verifier'].map((name) => form.get(name));
  return [bearer, ...fields].filter((value) => typeof value === 'string' && value !== '') as string[];
}

/**
 * Everything received, in the encodings a careless server or proxy produces. The padding in between moves the place
 * where a client cuts a long message through the middle of a secret.
 */
function quote(received: readonly string[], body: string): string {
  const forms = received.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    JSON.stringify(secret),
  ]);
  return `Bad request: Bearer ${forms.join(', ')}; form ${body}; again ${forms.map((form) => `..${form}`).join(' ')}`;
}
