import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HeaderList, HttpRequest, HttpResponse, Listening, Serve, ServeOptions } from '../../ports/exchange.ts';
import { bindAll } from './serving/bind.ts';
import { readBody, readExcerpt, refuseBody } from './serving/body.ts';
import { type Framing, framingOf, framingRefusal, lengthRefusal, type Refused } from './serving/framing.ts';
import { BodyLanes } from './serving/lanes.ts';
import { limitsOf, refusalOf, refuse, type ServerLimits, sizeOf } from './serving/refusal.ts';
import { cutOff, send, sendStream } from './serving/reply.ts';
import { SocketBook } from './serving/sockets.ts';

const defaultMaxConnections = 64;
/** How late a slow request may be noticed. Node's own 30 s would let a 5 s limit stand for half a minute. */
const checkingIntervalMs = 500;

/**
 * Makes a `Serve` that binds Exchanges to node:http.
 *
 * @param onDefect  called with the reason when an `answer` rejects; the peer gets a bare 500
 */
export function createServe(onDefect: (error: unknown) => void): Serve {
  return async (options) => {
    const sockets = new SocketBook(options.maxConnections ?? defaultMaxConnections);
    const servers: Server[] = [];
    try {
      const port = await bindAll(options, () => {
        const server = httpServer(options, sockets, onDefect);
        servers.push(server);
        return server;
      });
      const bound = servers.filter((server) => server.listening);
      let closing: Promise<void> | null = null;
      return {
        port,
        addresses: bound.map((server) => (server.address() as AddressInfo).address),
        close: (graceMs = 2_000) => (closing ??= closeAll(bound, sockets, graceMs)),
      } satisfies Listening;
    } catch (error) {
      await closeAll(
        servers.filter((server) => server.listening),
        sockets,
        0,
      );
      throw error;
    }
  };
}

function httpServer(options: ServeOptions, sockets: SocketBook, onDefect: (error: unknown) => void): Server {
  const limits = limitsOf(options);
  const lanes = new BodyLanes();
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: checkingIntervalMs,
    maxHeaderSize: limits.maxHeadBytes,
    noDelay: true,
    // Judged by `framingRefusal`: node:http would refuse without a word to us.
    requireHostHeader: false,
  });
  // `maxHeaderSize` bounds them; what is beyond a count would be left out in silence or, from Node 22 on, refused.
  server.maxHeadersCount = 0;
  const handle = (expectsContinue: boolean) => (message: IncomingMessage, reply: ServerResponse) => {
    sockets.began(message.socket);
    reply.once('close', () => sockets.ended(message.socket));
    new Turn(message, reply, { options, limits, sockets, lanes }).respond(expectsContinue).catch((error: unknown) => {
      onDefect(error);
      if (!reply.headersSent) send(reply, { status: 500, headers: [], body: nothing }, true);
      else reply.destroy();
    });
  };
  server.on('connection', (socket: Socket) => sockets.opened(socket));
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  server.on('checkExpectation', (message: IncomingMessage, reply: ServerResponse) => {
    options.onRefused?.({ status: 417, request: lineOf(message), reason: 'unknown Expect header' });
    send(reply, { status: 417, headers: [], body: nothing }, true);
  });
  const refused = new WeakSet<Socket>();
  server.on('clientError', (error: Error, socket: Socket) => {
    // Anything else on this connection is unreadable too.
    if (refused.has(socket)) return;
    refused.add(socket);
    const refusal = sockets.isAnswering(socket) ? null : refusalOf(error, socket, limits);
    if (refusal === null || !socket.writable) {
      socket.destroy();
      return;
    }
    options.onRefused?.(refusal);
    refuse(socket, refusal);
  });
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    const refusal = { status: 405, request: lineOf(message), reason: 'this port is not a proxy' };
    options.onRefused?.(refusal);
    refuse(socket, refusal);
  });
  return server;
}

interface TurnContext {
  readonly options: ServeOptions;
  readonly limits: ServerLimits;
  readonly sockets: SocketBook;
  readonly lanes: BodyLanes;
}

/** One request and its response. */
class Turn {
  readonly #message: IncomingMessage;
  readonly #reply: ServerResponse;
  readonly #context: TurnContext;
  readonly #framing: Framing;
  readonly #request: ServedRequest;

  constructor(message: IncomingMessage, reply: ServerResponse, context: TurnContext) {
    this.#message = message;
    this.#reply = reply;
    this.#context = context;
    this.#request = new ServedRequest(message, reply);
    this.#framing = framingOf(this.#request.headers);
  }

  async respond(expectsContinue: boolean): Promise<void> {
    const { options, limits, sockets } = this.#context;
    const refused =
      this.#judged(framingRefusal(this.#framing, this.#message.httpVersion)) ??
      options.admit?.(this.#request) ??
      this.#judged(lengthRefusal(this.#framing, limits));
    if (refused !== null) {
      this.#refuse(refused);
      return;
    }
    if (expectsContinue) this.#reply.writeContinue();
    const excerptBytes = options.excerpt?.(this.#request) ?? null;
    const isWhole = excerptBytes === null ? await this.#readAll() : await this.#readStart(excerptBytes);
    if (isWhole === null) return;
    sockets.complete(this.#message.socket);
    const response = await options.answer(this.#request);
    if (response.cut !== undefined) cutOff(this.#reply, response);
    else if (response.stream !== undefined) await sendStream(this.#reply, response, !isWhole || this.#isLast);
    else send(this.#reply, response, !isWhole || this.#isLast);
    if (!isWhole) refuseBody(this.#message, this.#reply);
  }

  get #isLast(): boolean {
    return this.#context.options.closeEach === true || this.#context.sockets.isClosing;
  }

  /** Null when it was too long or the peer left, so that nothing is left to do. */
  async #readAll(): Promise<true | null> {
    const { maxBodyBytes } = this.#context.limits;
    const body = await readBody(this.#message, maxBodyBytes, this.#context.lanes);
    if (body === 'gone') return null;
    if (body === 'too_long') {
      send(this.#reply, this.#judged({ status: 413, reason: `body over ${sizeOf(maxBodyBytes)}` }), true);
      refuseBody(this.#message, this.#reply);
      return null;
    }
    this.#request.body = body;
    return true;
  }

  async #readStart(maxBytes: number): Promise<boolean | null> {
    const excerpt = await readExcerpt(this.#message, maxBytes);
    if (excerpt === 'gone') return null;
    this.#request.body = excerpt.body;
    this.#request.isBodyCut = !excerpt.isWhole;
    return excerpt.isWhole;
  }

  #refuse(response: HttpResponse): void {
    const hasUnreadBody = this.#framing.length > 0 || this.#framing.coding !== null;
    send(this.#reply, response, this.#isLast || hasUnreadBody);
    if (hasUnreadBody) refuseBody(this.#message, this.#reply);
  }

  /** The response to what the server itself refuses, which is reported. */
  #judged(refused: Refused): HttpResponse;
  #judged(refused: Refused | null): HttpResponse | null;
  #judged(refused: Refused | null): HttpResponse | null {
    if (refused === null) return null;
    this.#context.options.onRefused?.({ ...refused, request: this.#request });
    const headers = [['Content-Type', 'text/plain; charset=utf-8']] as const;
    return { status: refused.status, headers, body: Buffer.from(`${refused.reason}\n`) };
  }
}

/** A request as handlers see it. Most never ask whether the peer is still there, and a signal costs more than the rest. */
class ServedRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  body: Uint8Array = nothing;
  isBodyCut = false;
  readonly #reply: ServerResponse;
  #gone: AbortController | null = null;

  constructor(message: IncomingMessage, reply: ServerResponse) {
    this.method = message.method ?? '';
    this.url = message.url ?? '';
    this.headers = pairs(message.rawHeaders);
    this.#reply = reply;
  }

  get signal(): AbortSignal {
    if (this.#gone === null) {
      const gone = new AbortController();
      this.#gone = gone;
      if (this.#reply.destroyed) gone.abort();
      else this.#reply.once('close', () => gone.abort());
    }
    return this.#gone.signal;
  }
}

const nothing = new Uint8Array();

function lineOf({ method = '', url = '' }: IncomingMessage): Pick<HttpRequest, 'method' | 'url'> {
  return { method, url };
}

function pairs(raw: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] as string, raw[i + 1] as string]);
  return list;
}

async function closeAll(servers: readonly Server[], sockets: SocketBook, graceMs: number): Promise<void> {
  sockets.isClosing = true;
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  sockets.dropIdle();
  const timer = setTimeout(() => sockets.dropAll(), graceMs);
  await Promise.all(closed);
  clearTimeout(timer);
}
