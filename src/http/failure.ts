import { type Facts, type FailureCode, ReventoError, type TlsFault, unreachable } from '../errors/revento-error.ts';
import { isLoopback } from './loopback-address.ts';
import { isPlaceholderHost } from './web-address.ts';

/** Why no whole answer came back. */
export type HttpFailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'connect_timeout'
  | 'proxy'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'too_large'
  | 'not_loopback'
  | 'aborted';

/**
 * An exchange that ended without a whole answer.
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
  /** What was wrong with the handshake, where that is known. */
  readonly tlsFault: TlsFault | undefined;

  constructor(kind: HttpFailureKind, peer: string, isUnsent: boolean, detail = '', tlsFault?: TlsFault) {
    super(`${describe[kind]} (${peer})${detail && `: ${detail}`}`);
    this.tlsFault = tlsFault;
    this.kind = kind;
    this.peer = peer;
    this.isUnsent = isUnsent;
  }
}

const describe: Record<HttpFailureKind, string> = {
  dns: 'host name not found',
  refused: 'connection refused',
  unreachable: 'host unreachable',
  connect_timeout: 'no connection in time',
  proxy: 'the proxy opened no connection',
  tls: 'TLS handshake failed',
  timeout: 'no whole answer in time',
  reset: 'connection closed before the answer was whole',
  malformed: 'answer is not valid HTTP',
  too_large: 'answer too large',
  not_loopback: 'address is not on this machine',
  aborted: 'interrupted',
};

/** Narrows a rejection of an `Exchange`. */
export function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof HttpFailure;
}

/**
 * The failure to report when an exchange ended without a whole answer.
 *
 * @param what  what was being done, as a capitalised noun: `Token request`, `GET /events/evt_1`
 * @param facts what else is known, such as the request id
 * @returns `host_placeholder` for an unresolvable `.example` host, `tls`, `bad_answer` (not HTTP, or too long),
 *   `interrupted`, else `network`; the original failure is its cause
 *
 * Never throws.
 */
export function networkError(failure: HttpFailure, what: string, facts: Facts = {}): ReventoError {
  const code = codeOf(failure);
  const message = code === 'interrupted' ? `${what} was interrupted.` : `${what} failed: ${failure.message}.`;
  return new ReventoError(
    code,
    message,
    {
      ...(failure.tlsFault && { tlsFault: failure.tlsFault }),
      ...(isNobodyHere(failure) && { hint: startIt }),
      ...facts,
    },
    { cause: failure },
  );
}

const startIt = 'nothing listens there; if it is the sandbox, run: revento sandbox start';

/** Whether it was this machine that refused. */
function isNobodyHere({ kind, peer }: HttpFailure): boolean {
  return kind === 'refused' && isLoopback(peer.replace(/:\d+$/, ''));
}

function codeOf({ kind, peer }: HttpFailure): FailureCode {
  switch (kind) {
    case 'dns':
      return isPlaceholderHost(peer.replace(/:\d+$/, '')) ? 'host_placeholder' : 'network';
    case 'tls':
      return 'tls';
    case 'malformed':
    case 'too_large':
      return 'bad_answer';
    case 'not_loopback':
      return 'usage';
    case 'aborted':
      return 'interrupted';
    case 'refused':
    case 'unreachable':
    case 'connect_timeout':
    case 'proxy':
    case 'timeout':
    case 'reset':
      return 'network';
    default:
      return unreachable(kind);
  }
}
