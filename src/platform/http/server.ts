import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ReventoError } from '../../errors/revento-error.ts';
import type { HeaderList, HttpRequest, HttpResponse, Listening, Serve, ServeOptions } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';
import { readBody, refuseBody } from './server-body.ts';
import { SocketBook } from './server-sockets.ts';

const mebibyte = 1024 * 1024;
const defaultTimeoutMs = 10_000;
const defaultMaxConnections = 64;
/** How late a slow request may be noticed. Node's own 30 s would let a 5 s limit stand for half a minute. */
const checkingIntervalMs = 500;
const maxHeaderBytes = 16 * 1024;
const portTries = 20;

/**
 * Makes a `Serve` that binds Exchanges to node:http.
 *
 * @param onDefect  told of an `answer` that rejected; the peer gets a bare 500
 */
export function createServe(onDefect: (error: unknown) => void): Serve {
  return async (options) => {
    const sockets = new SocketBook();
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

/** Binds every address of the host on one port and gives that port back. */
async function bindAll(options: ServeOptions, create: () => Server): Promise<number> {
  if (options.host !== 'localhost') return bind(create(), options.host, options.port);
  for (let tries = 1; ; tries++) {
    const first = create();
    const port = await bind(first, '127.0.0.1', options.port);
    try {
      await bind(create(), '::1', port);
      return port;
    } catch (error) {
      if (isWithoutIpv6(error)) return port;
      // A free port was asked for, and the other family has this one taken: look for another pair.
      if (options.port !== 0 || tries === portTries) throw error;
      await new Promise((resolve) => first.close(resolve));
    }
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(bindError(error, host, port));
    server.once('error', onError);
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port, ipv6Only: host.includes(':'), exclusive: true }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): ReventoError {
  const family = host.includes(':') ? 'IPv6' : 'IPv4';
  if (error.code === 'EADDRINUSE') {
    return new ReventoError(
      'port_busy',
      `Port ${port} is already in use on ${host} (${family}).`,
      {},
      { cause: error },
    );
  }
  const reason = error.code === 'EACCES' ? 'this user may not bind it' : (error.code ?? error.message);
  return new ReventoError(
    'bind_failed',
    `Cannot listen on ${plainLine(host, 100)} port ${port}: ${reason}.`,
    {},
    { cause: error },
  );
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = error instanceof ReventoError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === 'EADDRNOTAVAIL' || cause?.code === 'EAFNOSUPPORT';
}

function httpServer(options: ServeOptions, sockets: SocketBook, onDefect: (error: unknown) => void): Server {
  const server = createServer({
    headersTimeout: options.headersTimeoutMs ?? defaultTimeoutMs,
    requestTimeout: options.requestTimeoutMs ?? defaultTimeoutMs,
    connectionsCheckingInterval: checkingIntervalMs,
    maxHeaderSize: maxHeaderBytes,
    noDelay: true,
  });
  // `maxHeaderSize` bounds them; what is beyond a count would be left out in silence or, from Node 22 on, refused.
  server.maxHeadersCount = 0;
  server.maxConnections = options.maxConnections ?? defaultMaxConnections;
  const handle = (expectsContinue: boolean) => (message: IncomingMessage, reply: ServerResponse) => {
    sockets.began(message.socket);
    reply.once('close', () => sockets.ended(message.socket));
    respond(message, reply, options, sockets, expectsContinue).catch((error: unknown) => {
      onDefect(error);
      if (!reply.headersSent) send(reply, { status: 500, headers: [], body: new Uint8Array() }, true);
      else reply.destroy();
    });
  };
  server.on('connection', (socket: Socket) => {
    sockets.opened(socket);
    const { onTls } = options;
    // node:http answers what it cannot parse and destroys the socket with the packet; its first byte tells TLS.
    if (onTls !== undefined) socket.on('error', (error) => isTlsHandshake(error) && onTls());
  });
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  server.on('checkExpectation', (_message: IncomingMessage, reply: ServerResponse) =>
    send(reply, { status: 417, headers: [], body: new Uint8Array() }, true),
  );
  return server;
}

async function respond(
  message: IncomingMessage,
  reply: ServerResponse,
  options: ServeOptions,
  sockets: SocketBook,
  expectsContinue: boolean,
): Promise<void> {
  const request = new ServedRequest(message, reply);
  const isLast = () => options.closeEach === true || sockets.isClosing;

  const framing = framingOf(request.headers);
  const refused = framingRefusal(framing) ?? options.admit?.(request) ?? null;
  const maxBytes = options.maxBodyBytes ?? mebibyte;
  const isTooLong = framing.length > maxBytes;
  if (refused !== null || isTooLong) {
    const hasUnreadBody = framing.length > 0 || framing.coding !== null;
    send(reply, refused ?? tooLong, isLast() || hasUnreadBody);
    if (hasUnreadBody) refuseBody(message, reply);
    return;
  }
  if (expectsContinue) reply.writeContinue();
  const body = await readBody(message, maxBytes);
  if (body === 'gone') return;
  if (body === 'too_long') {
    send(reply, tooLong, true);
    refuseBody(message, reply);
    return;
  }
  request.body = body;
  const response = await options.answer(request);
  if (response.cut === undefined) send(reply, response, isLast());
  else cutOff(reply, response);
}

/** A request as handlers see it. Most never ask whether the peer is still there, and a signal costs more than the rest. */
class ServedRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  body: Uint8Array = nothing;
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

const tooLong: HttpResponse = { status: 413, headers: [], body: new Uint8Array() };

interface Framing {
  /** Of the body as declared; 0 when it is not. Node has seen to it that there is at most one. */
  readonly length: number;
  /** `Transfer-Encoding`, null when there is none. */
  readonly coding: string | null;
}

/** Read from the raw list: asking node:http for one header makes it build an object of them all. */
function framingOf(headers: HeaderList): Framing {
  let length = 0;
  let coding: string | null = null;
  for (const [name, value] of headers) {
    if (name.length === 14 && name.toLowerCase() === 'content-length') length = Number(value);
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      coding = coding === null ? value : `${coding},${value}`;
    }
  }
  return { length, coding };
}

/** What no handler should have to judge: a body that node:http would hand over in another form than the sender meant. */
function framingRefusal({ coding }: Framing): HttpResponse | null {
  if (coding === null || coding.trim().toLowerCase() === 'chunked') return null;
  return { status: 501, headers: [], body: nothing };
}

const nothing = new Uint8Array();

function pairs(raw: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] as string, raw[i + 1] as string]);
  return list;
}

function send(reply: ServerResponse, response: HttpResponse, isLast: boolean): void {
  if (reply.destroyed || reply.headersSent) return;
  reply.writeHead(response.status, flatHead(response, isLast));
  // Without a body the head goes out in one write.
  if (response.body.length === 0) reply.end();
  else reply.end(response.body);
}

/** Repeated names stay repeated. `Content-Length` is ours, so that a handler cannot contradict its own body. */
function flatHead(response: HttpResponse, isLast: boolean): string[] {
  const flat: string[] = [];
  for (const [name, value] of response.headers) flat.push(name, value);
  if (response.status !== 204 && response.status !== 304) flat.push('Content-Length', String(response.body.length));
  if (isLast) flat.push('Connection', 'close');
  return flat;
}

function isTlsHandshake(error: Error): boolean {
  return 'rawPacket' in error && error.rawPacket instanceof Uint8Array && error.rawPacket[0] === 0x16;
}

/** Breaks the answer off on purpose: the sandbox's faults are real on the wire. */
function cutOff(reply: ServerResponse, response: HttpResponse): void {
  if (typeof response.cut !== 'number') {
    reply.destroy();
    return;
  }
  reply.writeHead(response.status, flatHead(response, true));
  reply.write(response.body.subarray(0, response.cut), () => reply.destroy());
}

async function closeAll(servers: readonly Server[], sockets: SocketBook, graceMs: number): Promise<void> {
  sockets.isClosing = true;
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  sockets.dropIdle();
  const timer = setTimeout(() => sockets.dropAll(), graceMs);
  await Promise.all(closed);
  clearTimeout(timer);
}
