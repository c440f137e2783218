/**
 * What the outside world looks like to the rest of the program. Types only: the implementations stand beside
 * this file and are joined in `wire.ts`, so a test can put a sandbox, a fixed clock or memory in their place.
 */

/** Header lines in wire order, names as received; a repeated header is two entries and is never joined. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One HTTP request, in either role. */
export interface HttpRequest {
  /** Upper-case method. */
  readonly method: string;
  /** As a client: an absolute URL. As a server: the request target exactly as received, which may be malformed. */
  readonly url: string;
  readonly headers: HeaderList;
  /** Raw bytes; empty when there is no body. Never decoded or re-encoded on the way. */
  readonly body: Uint8Array;
  /** Server only: `body` is just the beginning, see `ServeOptions.excerpt`. */
  readonly isBodyCut?: boolean;
  /** Client: stop waiting. Server: the peer went away. */
  readonly signal?: AbortSignal;
  /** Client only. Whole exchange, connect to last body byte. Default 30 000. */
  readonly timeoutMs?: number;
  /** Client only. A longer answer fails with `too_large`. Default 64 MiB. */
  readonly maxResponseBytes?: number;
  /** Client only. Sends the body chunked, in pieces of this size with a pause between. */
  readonly drip?: { readonly bytes: number; readonly pauseMs: number };
}

/** One HTTP response, in either role. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /**
   * Server only: what follows the head, piece by piece, chunked, in place of `body`. A slow peer slows it down. Its
   * source ends when `signal` of the request aborts, which means that the peer is gone or the server closes.
   */
  readonly stream?: AsyncIterable<Uint8Array>;
  /**
   * Server only, for fault injection: `drop` closes the connection without a byte; a number sends the head and
   * that many body bytes under the full Content-Length, then closes.
   */
  readonly cut?: 'drop' | number;
}

/**
 * The one type for every HTTP role: the API client and the forwarder call one, the loopback listener, the
 * webhook receiver and the sandbox are one.
 *
 * Called: never follows redirects, never retries, rejects with `HttpFailure` when no complete response came.
 * Served: must not reject; the server binding turns a rejection into a bare 500.
 */
export type Exchange = (request: HttpRequest) => Promise<HttpResponse>;

export interface ForwarderOptions {
  /** Let it connect beyond loopback. Default false: then any other address fails with `not_loopback`. */
  readonly isRemoteAllowed?: boolean;
  /** Take any certificate of an https target. Default false. */
  readonly isCertificateIgnored?: boolean;
  /** Connections kept per target. Default 100. */
  readonly maxConnections?: number;
  /** Use a new connection for each request, so that no reused one can fail under it. Default false. */
  readonly isEachAlone?: boolean;
}

/** A client for deliveries: this machine is reached directly, and the address checked is the one connected to. */
export interface Forwarder {
  readonly exchange: Exchange;
  /** Destroys every connection. Idempotent. */
  close(): Promise<void>;
}

/** What a server may say about a request from its head alone, before a byte of body is read. */
export type Admit = (head: Omit<HttpRequest, 'body'>) => HttpResponse | null;

/** A request that the server refused by itself, because it could not be read whole. */
export interface ServerRefusal {
  /** The status that was answered. */
  readonly status: number;
  /** Null where not even a request line could be read. */
  readonly request: Pick<HttpRequest, 'method' | 'url'> | null;
  /** What was wrong, in a few words that name the limit: `request head over 128 KB`. */
  readonly reason: string;
}

export interface ServeOptions {
  /** `localhost` binds 127.0.0.1 and ::1 on one port; anything else binds just that address. */
  readonly host: string;
  /** 0 picks a free port (the same one on both families). */
  readonly port: number;
  readonly answer: Exchange;
  readonly admit?: Admit;
  /**
   * How many bytes of an admitted request's body are worth reading; null for all. The rest of a longer one is dropped,
   * and `answer` gets the beginning.
   */
  readonly excerpt?: (head: Omit<HttpRequest, 'body'>) => number | null;
  /** Longest request body, bytes. A longer one is answered 413. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Time for the request head. Default 10 000. */
  readonly headersTimeoutMs?: number;
  /** Time for the whole request. Default 10 000. */
  readonly requestTimeoutMs?: number;
  /**
   * Longest request head, bytes; a longer one is answered 431. Default 128 KiB: a browser sends a local server the
   * cookies of every other port of localhost.
   */
  readonly maxHeadBytes?: number;
  /**
   * Open connections. One more replaces the oldest whose request is not complete; where all wait for their answers
   * it is dropped. Default 64.
   */
  readonly maxConnections?: number;
  /** Close each connection after its answer. Default false. */
  readonly closeEach?: boolean;
  /** Called for each request that the server itself refused. */
  readonly onRefused?: (refusal: ServerRefusal) => void;
}

/** A server that accepts connections. */
export interface Listening {
  readonly port: number;
  /** Bound addresses, such as `['127.0.0.1', '::1']`. */
  readonly addresses: readonly string[];
  /**
   * Stops accepting, lets requests under way finish for `graceMs` (default 2 000), then destroys what is left,
   * silent preconnected sockets included. The port is free when it resolves. Idempotent.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Binds an Exchange to node:http sockets.
 *
 * @throws ReventoError `port_busy` when any of the families is taken, `bind_failed` otherwise
 */
export type Serve = (options: ServeOptions) => Promise<Listening>;
