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
  /** As a client: an absolute URL. As a server: the request target exactly as it came, which may be malformed. */
  readonly url: string;
  readonly headers: HeaderList;
  /** Raw bytes; empty when there is no body. Never decoded or re-encoded on the way. */
  readonly body: Uint8Array;
  /** Client: stop waiting. Server: the peer went away. */
  readonly signal?: AbortSignal;
  /** Client only. Whole exchange, connect to last body byte. Default 30 000. */
  readonly timeoutMs?: number;
  /** Client only. A longer answer fails with `too_large`. Default 64 MiB. */
  readonly maxResponseBytes?: number;
  /** Forwarder only. Sends the body in pieces of this size with a pause between, to be slow on purpose. */
  readonly drip?: { readonly bytes: number; readonly pauseMs: number };
}

/** One HTTP response, in either role. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
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
 * Called: never follows redirects, never retries, rejects with `HttpFailure` when no whole answer came.
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
}

/** A client for deliveries: kept connections, no proxies, and the address that is checked is the one connected to. */
export interface Forwarder {
  readonly exchange: Exchange;
  /** Destroys every connection. Idempotent. */
  close(): Promise<void>;
}

export type CreateForwarder = (options: ForwarderOptions) => Promise<Forwarder>;

/** What a server may say about a request from its head alone, before a byte of body is read. */
export type Admit = (head: Omit<HttpRequest, 'body'>) => HttpResponse | null;

export interface ServeOptions {
  /** `localhost` binds 127.0.0.1 and ::1 on one port; anything else binds just that address. */
  readonly host: string;
  /** 0 picks a free port (the same one on both families). */
  readonly port: number;
  readonly answer: Exchange;
  readonly admit?: Admit;
  /** Longest request body, bytes. A longer one is answered 413. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Time for the request head. Default 10 000. */
  readonly headersTimeoutMs?: number;
  /** Time for the whole request. Default 10 000. */
  readonly requestTimeoutMs?: number;
  /** Open connections, more are dropped. Default 64. */
  readonly maxConnections?: number;
  /** Close each connection after its answer. Default false. */
  readonly closeEach?: boolean;
  /** Told of each connection that began with a TLS handshake, which gets a 400: this server speaks plain HTTP. */
  readonly onTls?: () => void;
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

export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Never jumps: for measuring and for waiting limits. Milliseconds from an arbitrary start. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason at once when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Text decoration. Every method gives its text back unchanged when colour is off. */
export interface Style {
  readonly isColor: boolean;
  /** Columns to fit into; Infinity when the output is not a terminal. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
}

/** A progress line on stderr that replaces itself; nothing is written unless stderr is a terminal. */
export interface Progress {
  update(text: string): void;
  /** Removes the line. Idempotent. */
  stop(): void;
}

/** The person's side of the program: everything here goes to stderr or comes from stdin, never to stdout. */
export interface Terminal {
  /** A question may be asked: stdin and stderr are terminals, and neither `--no-input` nor `CI` forbids it. */
  readonly isInteractive: boolean;
  readonly isStderrTty: boolean;
  readonly isStdinTty: boolean;
  readonly style: Style;
  /** Writes one notice to stderr, a newline added. */
  notice(text: string): void;
  progress(text: string): Promise<Progress>;
  /** Asks one line; with `isHidden` what is typed is not shown. Rejects when the signal aborts. */
  ask(question: string, options?: { isHidden?: boolean; signal?: AbortSignal }): Promise<string>;
  /** All of stdin as bytes, up to `maxBytes` (default 64 MiB). */
  readStdin(maxBytes?: number): Promise<Uint8Array>;
}

/**
 * Opens a URL in the system browser, or in the program that `BROWSER` names.
 *
 * @returns `null` when it was started, else why not. Never rejects.
 */
export type OpenBrowser = (url: string) => Promise<string | null>;

/** Where the key of a sealed file is kept. */
export type KeySource = 'keyfile' | 'keyring' | 'passphrase';

/** What a sealed login is tied to besides its name: readable without the key, proven with it. Empty for secrets. */
export interface Binding {
  readonly authBase: string;
  readonly clientId: string;
}

/** The content of a sealed file. */
export interface SealedRecord {
  readonly content: Readonly<Record<string, unknown>>;
  readonly binding: Binding;
  /** Grows with every write, so the newest of several copies is known. */
  readonly generation: number;
  readonly source: KeySource;
  /** First 16 hex digits of the key's SHA-256. */
  readonly keyId: string;
}

/** A lock that is ours until it is released. */
export interface HeldLock {
  /** Whether nobody took it from us meanwhile; false is only possible across machines, after a long pause. */
  isHeld(): boolean;
  /** Idempotent; removes the lock file only while it is still ours. */
  release(): void;
}

/** How a write ended that must not lose its content: in place, in a copy that the next read finds, or nowhere. */
export type Commit =
  | { readonly outcome: 'saved'; readonly record: SealedRecord }
  | { readonly outcome: 'rescued'; readonly record: SealedRecord; readonly path: string; readonly reason: string }
  | { readonly outcome: 'lost'; readonly reason: string };

/**
 * One sealed file with its pre-allocated successor and rescue copies. Everything after `lock` needs the lock held.
 *
 * @throws ReventoError `store_corrupt` (damaged; the file is kept), `store_key` (its key is not to be had here),
 *   `disk_full`, `file`
 */
export interface SealedFile {
  readonly path: string;
  /** The newest copy that is whole, or null when the file is not there. Takes no lock, writes nothing. */
  read(): Promise<SealedRecord | null>;
  /**
   * Which writing of the file this is, by its inode, size and times: while it stays the same, so does what `read`
   * gives. Null when that can't be told: there is no file, or a copy beside it.
   */
  stamp(): string | null;
  /** @throws ReventoError `lock_timeout`, naming the holder */
  lock(options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number }): Promise<HeldLock>;
  /** Like `read`, after putting a newer copy in its place and removing all others. */
  settle(): Promise<SealedRecord | null>;
  /** What the file itself holds at this moment, without waiting for anything; null when that can't be told. */
  peek(): SealedRecord | null;
  /** Takes the disk space the next `commit` needs, so that running out of it is known beforehand. */
  reserve(): void;
  /** Gives reserved space back that no commit has used. */
  unreserve(): void;
  /** Replaces the content under the next generation, with the key it has. */
  rewrite(from: SealedRecord, content: SealedRecord['content']): SealedRecord;
  /** The same into the reserved space, falling back to rescue copies. Synchronous: nothing can come in between. Never throws. */
  commit(from: SealedRecord, content: SealedRecord['content']): Commit;
  /** Fails as `create` would fail now; leaves nothing behind. */
  rehearse(): Promise<void>;
  /** Writes a first or a replacing record with the key new records get. */
  create(binding: Binding, content: SealedRecord['content']): Promise<SealedRecord>;
  /** Whether the file is there, or a copy, or what a write left that was cut short. */
  hasTrace(): boolean;
  /** Removes the file, every copy and what cut-short writes left; needs no key. False when there was none of it. */
  remove(): boolean;
}

/** Hints under the failures of a sealed file. */
export interface Remedies {
  /** For a damaged one. */
  readonly replace: string;
  /** For one whose key may be gone for good. */
  readonly giveUp: string;
}

/** The sealed files of one configuration directory. */
export interface Vault {
  /** Directory of the sealed files. */
  readonly directory: string;
  /** Names of a profile's sealed files, sorted. */
  names(profile: string): readonly string[];
  file(profile: string, name: string, remedies: Remedies): SealedFile;
  /** How the named sealed files are protected, the weakest first found; for none, how a new one would be. */
  protection(profile: string): KeySource;
}

/**
 * Short lines that the processes of one user share: appended by any of them, seen by all in one and the same order.
 * It forgets lines after an hour or two.
 */
export interface SharedLog {
  /**
   * Appends a line when one is given, then gives back every line not seen before; that one included, after all that
   * were appended before it.
   *
   * Synchronous, a few dozen bytes a call. Never throws: where nothing can be shared it gives back the own lines.
   */
  exchange(line: string | null): readonly string[];
}
