import { type Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { HttpFailure } from '../../http/failure.ts';
import { bareHost } from '../../http/this-machine.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { lookupName } from './lookup.ts';
import { bodiless, flat, limit, maxHeadBytes, peerOf } from './received.ts';
import { bodyOf } from './sent-body.ts';
import { UnderWay } from './under-way.ts';
import { asFailure } from './undici-failure.ts';

/** Methods whose requests have a length even without a body. Source: RFC 9110 section 8.6. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * One request by node:http, its response buffered: undici alone takes as long to load as a short run should. Rejects
 * with `HttpFailure` only.
 *
 * Nothing is given to a socket before it is connected, TLS included: until then the request is surely unsent.
 *
 * @param agent  keeps the connection; null: it gets one of its own
 */
export function exchangeDirectly(
  url: URL,
  request: HttpRequest,
  { agent, connectTimeoutMs }: { readonly agent: Agent | null; readonly connectTimeoutMs: number },
): Promise<HttpResponse> {
  const peer = peerOf(url);
  return UnderWay.run(peer, request, (exchange) => {
    let sent: ClientRequest | null = null;
    let answer: IncomingMessage | null = null;
    const connectTimer = limit(connectTimeoutMs, () => {
      if (!exchange.isStarted) exchange.expire();
    });
    const finish = () => {
      if (answer === null || exchange.isSettled) return;
      exchange.finish(answer.statusCode ?? 0, answer.rawHeaders);
      // A server that answers early may never read the rest of the body.
      if (agent === null) sent?.destroy();
    };
    const onError = (error: Error) => {
      // All of the answer is here, and `end` follows: what a server sends after it is dropped.
      if (answer?.complete === true) return;
      const bytesRead = sent?.socket?.bytesRead;
      exchange.fail(asFailure(error, { peer, isUnsent: !exchange.isStarted, isAnswered: answer !== null, bytesRead }));
    };
    const malformed = (detail: string) => exchange.fail(new HttpFailure('malformed', peer, false, { detail }));
    exchange.onQuit(() => {
      clearTimeout(connectTimer);
      sent?.destroy();
    });

    try {
      sent = open(url, request, agent);
    } catch (error) {
      const [, name] = /header content \["(.*)"\]/.exec((error as Error).message) ?? [];
      return onError(name === undefined ? (error as Error) : invalidHeader(name));
    }
    sent.once('socket', (socket) => {
      whenConnected(socket, url, () => {
        exchange.isStarted = true;
        clearTimeout(connectTimer);
        if (sent !== null) send(sent, bodyOf(request));
      });
    });
    sent.on('information', ({ statusCode }) => {
      const detail = interim[statusCode];
      if (detail !== undefined) malformed(detail);
    });
    sent.on('upgrade', () => malformed(switches));
    sent.on('error', onError);
    sent.on('response', (received) => {
      answer = received;
      received.on('error', onError);
      received.on('data', (chunk: Buffer) => exchange.take(chunk));
      if (received.statusCode === 101) return malformed(switches);
      // The status counts: what a broken server sends after such a head is dropped.
      if (bodiless.has(received.statusCode ?? 0)) finish();
      else received.on('end', finish);
    });
  });
}

const switches = 'it switches to another protocol, which was not asked for';
/** Statuses before the answer that can't be ignored, as others below 200 can. */
const interim: Readonly<Record<number, string>> = {
  100: 'it answers with a status below 200 that was not asked for',
  101: switches,
};

/** Headers that decide how the message is read: a second one beside the client's own lets a body pass as a request. */
const refused = ['content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect'];

function invalidHeader(name: string): Error {
  return Object.assign(new Error(`invalid ${name} header`), { code: 'ERR_INVALID_CHAR' });
}

/** @throws Error with a code, when this is nothing that can be sent */
function open(url: URL, { method, headers, body, drip }: HttpRequest, agent: Agent | null): ClientRequest {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  for (const name of refused) if (names.has(name)) throw invalidHeader(name);
  const hasLength = drip === undefined && (body.length > 0 || withBody.has(method));
  const list = [
    ...(names.has('host') ? [] : ['host', url.host]),
    ...(names.has('connection') ? [] : ['connection', agent === null ? 'close' : 'keep-alive']),
    ...flat(headers),
    ...(hasLength ? ['content-length', `${body.length}`] : []),
  ];
  const host = bareHost(url.hostname);
  const options = {
    hostname: host,
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method,
    // As a list they are sent as they are given; Node's type knows only the other form.
    headers: list as unknown as Record<string, string>,
    agent: agent ?? false,
    lookup: lookupName,
    maxHeaderSize: maxHeadBytes,
    ALPNProtocols: ['http/1.1'],
  };
  return url.protocol === 'https:' ? requestHttps(options) : requestHttp(options);
}

function send(sent: ClientRequest, body: Buffer | Readable | null): void {
  if (body === null || Buffer.isBuffer(body)) sent.end(body ?? undefined);
  // A failure is an event of the request as well.
  else pipeline(body, sent, () => undefined);
}

function whenConnected(socket: Socket, { protocol }: URL, onConnected: () => void): void {
  if (socket.connecting) socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
  // One to an address in digits may have failed already: then it is destroyed, and the request gets the error.
  else if (!socket.destroyed) onConnected();
}
