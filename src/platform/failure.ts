
/** Why no whole answer came back. */
export type HttpFailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'connect_timeout'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'too_large'
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

  constructor(kind: HttpFailureKind, peer: string, isUnsent: boolean, detail = '') {
    super(`${describe[kind]} (${peer})${detail && `: ${detail}`}`);
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
  tls: 'TLS handshake failed',
  timeout: 'no whole answer in time',
  reset: 'connection closed before the answer was whole',
  malformed: 'answer is not valid HTTP',
  too_large: 'answer too large',
  aborted: 'interrupted',
};

/** Narrows a rejection of an an `Exchange`. */
export function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof HttpFailure;
}

