import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import type { HttpFailureKind } from '../../../src/http/failure.ts';
import { selfSigned } from './certificate.ts';

/** A server that answers with something other than a plain HTTP/1.1 response, and what a client has to say of it. */
interface BrokenServer {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  readonly make: () => Server;
  readonly kind: HttpFailureKind;
  /** In the message. */
  readonly words: string;
  readonly isUnsent?: true;
}

const certificate = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'revento-broken-'));
  try {
    return selfSigned('localhost', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

/** Sends these bytes once a request has come, and closes. */
export function saying(bytes: string | Buffer): () => Server {
  return () => listener((socket) => socket.once('data', () => socket.end(bytes)));
}

function listener(onSocket: (socket: Socket) => void): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
}

const tls = (options: Parameters<typeof createTls>[0]) =>
  createTls({ ...certificate, ...options }, (socket) => socket.on('error', () => undefined));

const malformed = (name: string, answer: string, words: string): BrokenServer => ({
  name,
  scheme: 'http',
  make: saying(answer),
  kind: 'malformed',
  words: `its response is not valid HTTP (${words}`,
});

const foreign = (name: string, answer: string | Buffer): BrokenServer => ({
  name,
  scheme: 'http',
  make: saying(answer),
  kind: 'wrong_protocol',
  words: `its response is not valid HTTP (it speaks ${name})`,
});

const headFault = 'its Content-Length is repeated or contradicted';

export const brokenServers: readonly BrokenServer[] = [
  malformed('bare line feeds', 'HTTP/1.1 200 OK\n\n', 'Missing expected CR after response line'),
  malformed('Content-Length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}', headFault),
  malformed('two lengths in one header', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}', ''),
  malformed(
    'Content-Length beside chunked',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    headFault,
  ),
  malformed('a header name with a space', 'HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n', 'Invalid header token'),
  malformed('an empty Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n', 'Empty Content-Length'),
  malformed('a Content-Length of letters', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'Invalid character in'),
  malformed('a folded header', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n', 'Unexpected whitespace after header value'),
  malformed(
    'a broken chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
    'Invalid character in chunk size',
  ),
  malformed('a status of two digits', 'HTTP/1.1 99 X\r\n\r\n', 'Invalid status code'),
  malformed('HTTP/3 in plain text', 'HTTP/3.0 200 OK\r\n\r\n', 'Invalid HTTP version'),
  malformed('a switch of protocols', 'HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n', 'it switches to another protocol'),
  malformed('a switch that is announced', 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'it switches'),
  malformed('nothing but 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n', 'it answers with a status below 200'),
  malformed(
    'endless headers',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
    'its headers are longer than 64 KB',
  ),
  malformed('a bare page', '<html>hi</html>', 'it begins with a page, without a status line'),
  malformed('bare JSON', '{"ok":true}', 'it begins with JSON, without a status line'),
  malformed('some words', 'hello world\r\n', 'it does not begin with a status line'),
  foreign('SSH', 'SSH-2.0-OpenSSH_9.2\r\n'),
  foreign('SMTP or FTP', '220 mail.test ESMTP\r\n'),
  foreign('IMAP', '* OK IMAP4rev1 ready\r\n'),
  foreign('POP3', '+OK ready\r\n'),
  foreign('Redis', "-ERR unknown command 'POST'\r\n"),
  foreign('MySQL', Buffer.from('4a0000000a382e302e333600', 'hex')),
  foreign('TLS', Buffer.from('15030100020246', 'hex')),
  {
    name: 'an HTTP/2 server',
    scheme: 'http',
    make: () => createHttp2((_request, response) => response.end()),
    kind: 'wrong_protocol',
    words: 'it speaks HTTP/2',
  },
  {
    name: 'an HTTP/2 server with TLS',
    scheme: 'https',
    make: () => createSecureServer({ ...certificate }, (_request, response) => response.end()),
    kind: 'wrong_protocol',
    words: 'it speaks HTTP/2',
    isUnsent: true,
  },
  {
    name: 'an https server, spoken to in plain http',
    scheme: 'http',
    make: () => createHttps({ ...certificate }, (_request, response) => response.end()),
    kind: 'reset',
    words: 'connection closed before the response was complete',
  },
  {
    name: 'a plain server, spoken to in https',
    scheme: 'https',
    make: saying('HTTP/1.1 400 Bad Request\r\n\r\n'),
    kind: 'tls',
    words: 'the server does not speak TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER)',
    isUnsent: true,
  },
  {
    name: 'an SSH server, spoken to in https',
    scheme: 'https',
    make: saying('SSH-2.0-OpenSSH_9.2\r\n'),
    kind: 'tls',
    words: 'the server does not speak TLS on this port',
    isUnsent: true,
  },
  {
    name: 'a certificate that nobody vouches for',
    scheme: 'https',
    make: () => createHttps({ ...certificate }, (_request, response) => response.end()),
    kind: 'tls',
    words: 'its certificate is not signed by an authority that this machine trusts',
    isUnsent: true,
  },
  {
    name: 'a server that closes during the handshake',
    scheme: 'https',
    make: () => listener((socket) => socket.once('data', () => socket.end())),
    kind: 'closed',
    words: 'connection closed before the request was sent (localhost:PORT): during the TLS handshake',
    isUnsent: true,
  },
  {
    name: 'a server that resets during the handshake',
    scheme: 'https',
    make: () => listener((socket) => socket.once('data', () => socket.resetAndDestroy())),
    kind: 'closed',
    words: 'connection closed before the request was sent',
    isUnsent: true,
  },
  {
    name: 'a server of old TLS versions',
    scheme: 'https',
    make: () => tls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    kind: 'tls',
    words: 'the server supports only TLS versions that are too old',
    isUnsent: true,
  },
  {
    name: 'a server that closes without a word',
    scheme: 'http',
    make: () => listener((socket) => socket.once('data', () => socket.end())),
    kind: 'reset',
    words: 'connection closed before the response was complete',
  },
  {
    name: 'half a head',
    scheme: 'http',
    make: saying('HTTP/1.1 200 OK\r\nContent-Le'),
    kind: 'reset',
    words: 'connection closed before the response was complete',
  },
  {
    name: 'half a body',
    scheme: 'http',
    make: saying('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}'),
    kind: 'reset',
    words: 'connection closed before the response was complete',
  },
];

/** Forms of an answer that are odd, and an answer all the same. */
export const oddAnswers: readonly (readonly [name: string, answer: string, status: number, body: string])[] = [
  ['204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}', 204, ''],
  ['204 with less of a body than it says', 'HTTP/1.1 204 No Content\r\nContent-Length: 20\r\n\r\n{}', 204, ''],
  ['204 with a body of no length', 'HTTP/1.1 204 No Content\r\n\r\n{}', 204, ''],
  ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n', 204, ''],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n', 304, ''],
  [
    'early hints first',
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
    200,
    '{}',
  ],
  ['bytes after the body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}GARBAGE', 200, '{}'],
  [
    'bytes after the last chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nGARBAGE',
    200,
    '{}',
  ],
  [
    'a space after the last body of a connection',
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{} ',
    200,
    '{}',
  ],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}', 200, '{}'],
  ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\n{}', 200, '{}'],
  ['20 KB of headers', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n{}`, 200, '{}'],
];

/** Runs a server for a piece of work. */
export async function serving<R>(make: () => Server, work: (port: number) => Promise<R>): Promise<R> {
  const server = make();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
