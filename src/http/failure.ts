import { startSandbox } from '../errors/next-command.ts';
import { type Facts, type FailureCode, ReventoError, type TlsFault, unreachable } from '../errors/revento-error.ts';
import { isThisMachine } from './this-machine.ts';
import { isPlaceholderHost } from './web-address.ts';

/** Why no complete response came back. `closed`: before the request was sent; `reset`: after it. */
export type HttpFailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'connect_timeout'
  | 'closed'
  | 'proxy'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'wrong_protocol'
  | 'too_large'
  | 'not_loopback'
  | 'invalid_request'
  | 'aborted'
  | 'unexpected';

/** The protocol a server speaks instead of HTTP/1.1. */
export type WrongProtocol = 'TLS' | 'HTTP/2' | 'SSH' | 'SMTP or FTP' | 'IMAP' | 'POP3' | 'Redis' | 'MySQL';

/** Details of a failed exchange. */
export interface HttpFailureFacts {
  /** What exactly went wrong, as a clause. */
  readonly detail?: string;
  /** What was wrong with the TLS handshake, if known. */
  readonly tlsFault?: TlsFault | undefined;
  readonly protocol?: WrongProtocol;
  /** The connection was closed before a single byte of an answer came. */
  readonly isSilent?: boolean;
}

/**
 * An exchange that ended without a complete response.
 *
 * `isUnsent` is true only when it is proven that no byte of the request left this machine's socket: a refresh
 * token in it is then certainly still unspent. Everything else may have reached the server.
 */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;
  readonly isUnsent: boolean;
  /** `host:port` only; never the path or query. */
  readonly peer: string;
  readonly detail: string;
  readonly tlsFault: TlsFault | undefined;
  readonly protocol: WrongProtocol | undefined;
  readonly isSilent: boolean;

  constructor(kind: HttpFailureKind, peer: string, isUnsent: boolean, facts: HttpFailureFacts = {}) {
    super(inWords(kind, peer, facts));
    this.kind = kind;
    this.peer = peer;
    this.isUnsent = isUnsent;
    this.detail = facts.detail ?? '';
    this.tlsFault = facts.tlsFault;
    this.protocol = facts.protocol;
    this.isSilent = facts.isSilent ?? false;
  }
}

/** Each kind in two or three words. */
export const failureWords: Readonly<Record<HttpFailureKind, string>> = {
  dns: 'host name not found',
  refused: 'connection refused',
  unreachable: 'host unreachable',
  connect_timeout: 'connection timed out',
  closed: 'connection closed before the request was sent',
  proxy: 'no connection through the proxy',
  tls: 'TLS handshake failed',
  timeout: 'timed out waiting for the response',
  reset: 'connection closed before the response was complete',
  malformed: 'its response is not valid HTTP',
  wrong_protocol: 'its response is not valid HTTP',
  too_large: 'response too large',
  not_loopback: 'address is not on this machine',
  invalid_request: 'not a valid HTTP request',
  aborted: 'interrupted',
  unexpected: 'unexpected error',
};

function inWords(kind: HttpFailureKind, peer: string, { detail = '', protocol }: HttpFailureFacts): string {
  if (protocol !== undefined) return `${peer}: ${failureWords[kind]} (it speaks ${protocol})`;
  if (kind === 'malformed') return `${peer}: ${failureWords[kind]}${detail && ` (${detail})`}`;
  return `${failureWords[kind]} (${peer})${detail && `: ${detail}`}`;
}

/** Narrows a rejection of an `Exchange`. */
export function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof HttpFailure;
}

/**
 * The failure to report when an exchange ended without a complete response.
 *
 * @param what  what was being done, as a capitalized noun: `Token request`, `GET /events/evt_1`
 * @param facts other known facts, such as the request id
 * @returns `host_placeholder` for an unresolvable `.example` host, `tls`, `bad_answer` (not HTTP, or too long), `usage`
 *   (nothing that can be sent), `interrupted`, else `network`; the original failure is its cause
 */
export function networkError(failure: HttpFailure, what: string, facts: Facts = {}): ReventoError {
  const code = codeOf(failure);
  const message = code === 'interrupted' ? `${what} was interrupted.` : `${what} failed: ${failure.message}.`;
  const hint = hintFor(failure);
  return new ReventoError(
    code,
    message,
    { ...(failure.tlsFault && { tlsFault: failure.tlsFault }), ...(hint !== null && { hint }), ...facts },
    { cause: failure },
  );
}

function hintFor({ kind, peer, protocol, isSilent }: HttpFailure): string | null {
  const host = hostOf(peer);
  if (kind === 'refused' && isThisMachine(host)) {
    return `nothing is listening there; to start the sandbox, run: ${startSandbox(portOf(peer))}`;
  }
  if (kind === 'proxy') return noProxyRemedy(host);
  if (protocol === 'TLS') return `does this port speak https? Try https://${peer}`;
  if (kind === 'reset' && isSilent)
    return 'check the scheme (http or https), host and port, then run the same command again';
  return null;
}

/** What to do about a proxy that does not connect to a host. */
export function noProxyRemedy(host: string): string {
  return `check the proxy; to reach ${host} without it, add ${host} to NO_PROXY`;
}

/** The host of `host:port`; an IPv6 address keeps its brackets. */
export function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

export function portOf(peer: string): string {
  return /\d+$/.exec(peer)?.[0] ?? '80';
}

function codeOf({ kind, peer }: HttpFailure): FailureCode {
  switch (kind) {
    case 'dns':
      return isPlaceholderHost(hostOf(peer)) ? 'host_placeholder' : 'network';
    case 'tls':
      return 'tls';
    case 'malformed':
    case 'wrong_protocol':
    case 'too_large':
      return 'bad_answer';
    case 'not_loopback':
    case 'invalid_request':
      return 'usage';
    case 'aborted':
      return 'interrupted';
    case 'refused':
    case 'unreachable':
    case 'connect_timeout':
    case 'closed':
    case 'proxy':
    case 'timeout':
    case 'reset':
    case 'unexpected':
      return 'network';
    default:
      return unreachable(kind);
  }
}
