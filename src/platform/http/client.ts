import { Readable } from 'node:stream';
import { setTimeout as setTimer } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher, ProxyAgent } from 'undici';
import { HttpFailure, type HttpFailureKind, isHttpFailure } from '../../http/failure.ts';
import { noProxies, type ProxySettings, proxyFor } from '../../http/proxy.ts';
import type { Exchange, HeaderList, HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import { explainTls } from './tls-failure.ts';

const defaultTimeoutMs = 30_000;
const connectTimeoutMs = 10_000;
const defaultMaxResponseBytes = 64 * 1024 * 1024;

/** A client and the way to let go of its sockets. */
export interface HttpClient {
  readonly exchange: Exchange;
  /** Closes idle and busy connections, so that the process can end. */
  close(): Promise<void>;
}

/**
 * Makes an Exchange out of undici. Connections are kept and reused for GET and HEAD; any other method gets one of
 * its own, because a kept connection that dies under a request leaves open whether the request was carried out.
 *
 * Loopback hosts are always reached directly, whatever the proxy settings say. The exchange throws ReventoError
 * `usage` when the variable of the proxy that it has to go through is malformed.
 */
export async function createHttpClient(proxy: ProxySettings = noProxies): Promise<HttpClient> {
  keepParserCheap();
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  const options = { connect: { timeout: connectTimeoutMs }, headersTimeout: 0, bodyTimeout: 0 } as const;

  const make = async (through: URL | null): Promise<Dispatcher> => {
    return through === null ? new Agent(options) : makeProxied({ ...options, uri: through.href });
  };
  const kept = new Map<string, Promise<Dispatcher>>();
  const keep = (through: URL | null): Promise<Dispatcher> => {
    const key = through?.href ?? '';
    const found = kept.get(key) ?? make(through);
    kept.set(key, found);
    return found;
  };

  return {
    exchange: async (request) => {
      const url = new URL(request.url);
      const isKept = request.method === 'GET' || request.method === 'HEAD';
      const through = proxyFor(url, proxy);
      const dispatcher = await (isKept ? keep(through) : make(through));
      try {
        return await dispatch(dispatcher, targetOf(url), request);
      } catch (error) {
        throw through === null ? error : blameProxy(error);
      } finally {
        if (!isKept) await dispatcher.destroy();
      }
    },
    close: async () => {
      for (const dispatcher of kept.values()) await (await dispatcher).destroy();
    },
  };
}

/** undici's proxy agent asks for a tunnel by `connect`, which only the whole package gives to its dispatchers. */
async function makeProxied(options: ProxyAgent.Options): Promise<Dispatcher> {
  const [{ default: Proxied }, { default: AnyDispatcher }, { default: connect }] = await Promise.all([
    import('undici/lib/dispatcher/proxy-agent.js'),
    import('undici/lib/dispatcher/dispatcher.js'),
    import('undici/lib/api/api-connect.js'),
  ]);
  AnyDispatcher.prototype.connect = connect;
  return new Proxied(options);
}

/** On Node 20 a background compile of undici's parser holds up the process's exit; its baseline code is fast enough. */
function keepParserCheap(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--wasm-tiering-budget=1000000000');
}

/** A URL taken apart for undici. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  /** `host:port`, for failures. */
  readonly peer: string;
}

export function targetOf(url: URL): Target {
  const peer = url.port ? url.host : `${url.host}:${url.protocol === 'https:' ? 443 : 80}`;
  return { origin: url.origin, path: `${url.pathname}${url.search}`, peer };
}

/** One request on one dispatcher, buffered whole. Rejects with `HttpFailure` only. */
export function dispatch(dispatcher: Dispatcher, target: Target, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { origin, path, peer } = target;
    const maxBytes = request.maxResponseBytes ?? defaultMaxResponseBytes;
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let rawHeaders: RawHeaders;
    let isStarted = false;
    let controller: Dispatcher.DispatchController | null = null;

    let isSettled = false;
    const settle = () => {
      isSettled = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    };
    const fail = (failure: HttpFailure) => {
      settle();
      reject(failure);
      controller?.abort(failure);
    };
    const expire = () => {
      if (!isSettled) fail(new HttpFailure(isStarted ? 'timeout' : 'connect_timeout', peer, !isStarted));
    };
    // After the machine has slept every timer is overdue, while the answer waits in the socket: that is read first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(expire)), request.timeoutMs ?? defaultTimeoutMs);
    const onAbort = () => fail(new HttpFailure('aborted', peer, !isStarted));
    if (request.signal?.aborted) return onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });

    dispatcher.dispatch(
      {
        origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: flat(request.headers),
        body: bodyOf(request),
      },
      {
        onRequestStart(started) {
          // It waited for a connection and was given up meanwhile: whoever asked was told that nothing was sent.
          if (isSettled) return started.abort(new HttpFailure('aborted', peer, true));
          isStarted = true;
          controller = started;
        },
        onResponseStart(current, statusCode) {
          status = statusCode;
          rawHeaders = current.rawHeaders;
        },
        onResponseData(_current, chunk) {
          size += chunk.length;
          if (size > maxBytes) fail(new HttpFailure('too_large', peer, false));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          settle();
          const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
          resolve(new ReceivedResponse(status, body, rawHeaders));
        },
        onResponseError(_current, error) {
          settle();
          reject(asFailure(error, peer, !isStarted));
        },
      },
    );
  });
}

type RawHeaders = Dispatcher.DispatchController['rawHeaders'];

/** An answer whose headers are decoded when they are read: a forwarder never asks. */
class ReceivedResponse implements HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
  readonly #rawHeaders: RawHeaders;

  constructor(status: number, body: Uint8Array, rawHeaders: RawHeaders) {
    this.status = status;
    this.body = body;
    this.#rawHeaders = rawHeaders;
  }

  get headers(): HeaderList {
    return headerList(this.#rawHeaders);
  }
}

/** By hand, because `Array.prototype.flat` takes longer than the rest of a request's preparation. */
function flat(headers: HeaderList): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) list.push(name, value);
  return list;
}

/** The same bytes in the form undici takes; a view where it can be one, because bodies are not copied for nothing. */
function bodyOf({ body, drip }: HttpRequest): Buffer | Readable | null {
  if (body.length === 0) return null;
  const bytes = asBuffer(body);
  return drip === undefined ? bytes : Readable.from(dripping(bytes, drip), { objectMode: false });
}

async function* dripping(bytes: Buffer, { bytes: size, pauseMs }: NonNullable<HttpRequest['drip']>) {
  for (let at = 0; at < bytes.length; at += size) {
    if (at > 0) await setTimer(pauseMs);
    yield bytes.subarray(at, at + size);
  }
}

function headerList(raw: RawHeaders): HeaderList {
  const list: [string, string][] = [];
  if (!Array.isArray(raw)) return list;
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([latin1(raw[i]), latin1(raw[i + 1])]);
  return list;
}

/** Header bytes as Node's own server shows them: one character a byte, nothing lost. */
function latin1(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

const kindByCode: Readonly<Record<string, HttpFailureKind>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
  UND_ERR_INVALID_ARG: 'malformed',
  REVENTO_NOT_LOOPBACK: 'not_loopback',
};

function asFailure(error: Error, peer: string, isUnsent: boolean): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  // undici gives this failure no code of its own.
  const [, proxyStatus] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
  if (proxyStatus !== undefined) return new HttpFailure('proxy', peer, true, `it answered ${proxyStatus}`);
  if (code.startsWith('HPE_')) return new HttpFailure('malformed', peer, isUnsent);
  const kind = kindByCode[code] ?? (isUnsent && isTls(code, error) ? 'tls' : 'reset');
  if (kind === 'tls') {
    const { words, fault } = explainTls(code);
    return new HttpFailure(kind, peer, isUnsent, words, fault);
  }
  return new HttpFailure(kind, peer, isUnsent, kind === 'reset' ? code : '');
}

/** What went wrong before a tunnel was open: the host behind it is looked up and reached by the proxy. */
function blameProxy(error: unknown): unknown {
  if (!isHttpFailure(error) || !error.isUnsent) return error;
  const isReaching = ['dns', 'refused', 'unreachable', 'connect_timeout'].includes(error.kind);
  if (!isReaching) return error;
  const blamed = new HttpFailure('proxy', error.peer, true, `it is out of reach: ${error.message}`);
  blamed.cause = error;
  return blamed;
}

function isTls(code: string, error: Error): boolean {
  // Node names TLS in the message of a connection that closed during the handshake; nobody said no to a certificate.
  if (code === 'ECONNRESET' || code === 'EPIPE') return false;
  return /CERT|TLS|SSL|ALTNAME|ISSUER|SELF_SIGNED|VERIFY/.test(code) || /certificate|TLS/.test(error.message);
}
