import { Readable } from 'node:stream';
import { setTimeout as setTimer } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import { HttpFailure } from '../../http/failure.ts';
import type { HeaderList, HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import { asFailure } from './undici-failure.ts';

const defaultTimeoutMs = 30_000;
const defaultMaxResponseBytes = 64 * 1024 * 1024;

/** Statuses whose responses have no body. Source: RFC 9112 section 6.3. */
const bodiless: ReadonlySet<number> = new Set([204, 304]);

/** Options of every dispatcher: time is kept here, and heads may be as long as browsers take them. */
export const dispatcherOptions = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 64 * 1024 } as const;

/** On Node 20 a background compile of undici's parser holds up the process's exit; its baseline code is fast enough. */
export function keepParserCheap(): void {
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

/** One request on one dispatcher, its response buffered. Rejects with `HttpFailure` only. */
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
    const finish = () => {
      settle();
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      resolve(new ReceivedResponse(status, body, rawHeaders));
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
          // It was given up while it waited for a connection: the caller already knows that nothing was sent.
          if (isSettled) return started.abort(new HttpFailure('aborted', peer, true));
          isStarted = true;
          controller = started;
        },
        onResponseStart(current, statusCode) {
          status = statusCode;
          rawHeaders = current.rawHeaders;
          // The status counts: what a broken server sends after such a head is undici's to drop.
          if (bodiless.has(statusCode)) finish();
        },
        onResponseData(_current, chunk) {
          size += chunk.length;
          if (size > maxBytes) fail(new HttpFailure('too_large', peer, false));
          else chunks.push(chunk);
        },
        onResponseEnd: finish,
        onResponseError(_current, error) {
          settle();
          reject(asFailure(error, { peer, isUnsent: !isStarted, isAnswered: status !== 0 }));
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
