import { HttpFailure, type HttpFailureFacts, type HttpFailureKind } from '../../http/failure.ts';
import { explainTls, isTlsCode } from './tls-failure.ts';
import { beginning, protocolOf } from './wrong-protocol.ts';

/** How far an exchange had come when it failed. */
interface Reached {
  /** `host:port`. */
  readonly peer: string;
  /** No byte of the request was handed to a socket. */
  readonly isUnsent: boolean;
  /** The head of a response had come. */
  readonly isAnswered: boolean;
  /** How much the socket had read, where the error does not say it. */
  readonly bytesRead?: number | undefined;
}

/** A lookup of ours that refuses an address beyond this machine fails with this code. */
export const notLoopbackCode = 'REVENTO_NOT_LOOPBACK';

/** Of a head that contradicts itself, and of a body that ends early. */
const contentLengthMismatch = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

/** By the codes of Node, the system and undici. */
const kinds: Readonly<Record<string, HttpFailureKind>> = {
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ETIMEOUT: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EAFNOSUPPORT: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  // Once the head has come: an answer with Connection: close that ended too early.
  [contentLengthMismatch]: 'reset',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
  UND_ERR_INVALID_ARG: 'invalid_request',
  UND_ERR_NOT_SUPPORTED: 'invalid_request',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'invalid_request',
  ERR_SOCKET_BAD_PORT: 'invalid_request',
  ERR_INVALID_CHAR: 'invalid_request',
  ERR_INVALID_HTTP_TOKEN: 'invalid_request',
  ERR_UNESCAPED_CHARACTERS: 'invalid_request',
  UND_ERR_PRX_TLS: 'proxy',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  [notLoopbackCode]: 'not_loopback',
};

const tooLongHead = 'its headers are longer than 64 KB';

/** Faults of a response's head, by code. */
const headFaults: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW: tooLongHead,
  HPE_HEADER_OVERFLOW: tooLongHead,
  // undici reports every fault of a head so in which a Content-Length was read before.
  [contentLengthMismatch]: 'its Content-Length is repeated or contradicted, or another header is broken',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'its Content-Length is repeated or contradicted',
  HPE_INVALID_TRANSFER_ENCODING: 'its Content-Length is repeated or contradicted',
  // undici asserts that nobody answers 101 without saying Connection: Upgrade.
  ERR_ASSERTION: 'it switches to another protocol, which was not asked for',
};

/** By the error's text, where the code says too little. Source: undici 7.30, lib/dispatcher/client-h1.js. */
const socketFaults: Readonly<Record<string, string>> = {
  'bad upgrade': 'it switches to another protocol, which was not asked for',
  'bad response': 'it answers with a status below 200 that was not asked for',
};

/**
 * What an error of undici, Node or OpenSSL means for an exchange. An error that is not known is `unexpected`, with
 * its text; what was never sent is never `reset`.
 */
export function asFailure(error: Error, reached: Reached): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const { peer, isUnsent } = reached;
  const fail = (kind: HttpFailureKind, facts: HttpFailureFacts = {}, isSafe = isUnsent) =>
    new HttpFailure(kind, peer, isSafe, facts);
  const code = codeOf(error);
  // undici gives this failure no code of its own.
  const [, proxyStatus] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
  if (proxyStatus !== undefined) return fail('proxy', { detail: `answered ${proxyStatus}` }, true);
  if (error.name === 'HTTPParserError') return unreadable(bytesOf(error), error.message, fail);
  const isCutShort = reached.isAnswered && code === contentLengthMismatch;
  const headFault =
    (isCutShort ? undefined : own(headFaults, code)) ??
    (code === 'UND_ERR_SOCKET' ? own(socketFaults, error.message) : undefined);
  if (headFault !== undefined) return fail('malformed', { detail: headFault });
  if (code.startsWith('HPE_')) return unreadable(bytesOf(error), error.message, fail);
  if (isTlsCode(code)) return tlsFailure(code, fail);
  const kind = own(kinds, code);
  switch (kind) {
    case undefined:
      return fail('unexpected', { detail: textOf(error, code) });
    case 'reset':
      if (isUnsent) return fail('closed', closedEarly(error));
      // Without a system call it is the end of the connection, for which undici and node:http have codes of their own.
      return fail('reset', { detail: 'syscall' in error ? code : '', isSilent: isSilent(error, reached) });
    case 'invalid_request':
      return fail(kind, { detail: textOf(error, '') });
    case 'unreachable':
      return fail(kind, { detail: code });
    case 'proxy':
      // undici gives this code to one fault only.
      return fail(kind, { detail: 'has a certificate for another host' }, true);
    default:
      return fail(kind);
  }
}

type Fail = (kind: HttpFailureKind, facts?: HttpFailureFacts) => HttpFailure;

/** The parser could not read what came: because it is another protocol, or bad HTTP. */
function unreadable(bytes: string, message: string, fail: Fail): HttpFailure {
  const protocol = protocolOf(bytes);
  if (protocol !== null) return fail('wrong_protocol', { protocol });
  // undici has the reason in parentheses, Node behind a colon.
  const [, reason = 'not readable'] = /(?:\(|^Parse Error: )([^()]+?)\)?$/.exec(message) ?? [];
  return fail('malformed', { detail: /^Expected HTTP\//.test(reason) ? beginning(bytes) : reason });
}

function tlsFailure(code: string, fail: Fail): HttpFailure {
  // Of the protocols offered (HTTP/1.1 only) the server takes none.
  if (code.endsWith('ALERT_NO_APPLICATION_PROTOCOL')) return fail('wrong_protocol', { protocol: 'HTTP/2' });
  const { words, fault } = explainTls(code);
  return fail('tls', { detail: words, tlsFault: fault });
}

/** Node names TLS in the message of a connection that closed during the handshake. */
function closedEarly({ message }: Error): HttpFailureFacts {
  return / TLS /.test(message) ? { detail: 'during the TLS handshake' } : {};
}

/** undici reports how many bytes its socket had read; for a system error, only the head is known. */
function isSilent(error: Error, { isAnswered, bytesRead }: Reached): boolean {
  const read = 'socket' in error ? (error.socket as { bytesRead?: number } | null)?.bytesRead : bytesRead;
  return !isAnswered && (typeof read === 'number' ? read === 0 : true);
}

/** What the parser of undici, or Node's, could not read. */
function bytesOf(error: Error): string {
  if ('data' in error && typeof error.data === 'string') return error.data;
  return 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : '';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function textOf({ message }: Error, code: string): string {
  const [line = ''] = message.split('\n');
  return code === '' || line.includes(code) ? line : `${line} (${code})`;
}

/** The value of a table's own row: codes and messages come from outside. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
