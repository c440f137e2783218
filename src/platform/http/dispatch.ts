import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import { HttpFailure } from '../../http/failure.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import {
  bodiless,
  defaultMaxResponseBytes,
  defaultTimeoutMs,
  flat,
  limit,
  maxHeadBytes,
  peerOf,
  type RawHeaders,
  ReceivedResponse,
} from './received.ts';
import { bodyOf } from './sent-body.ts';
import { asFailure } from './undici-failure.ts';

/** Options of every dispatcher: time is kept here. */
export const dispatcherOptions = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: maxHeadBytes } as const;

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
  return { origin: url.origin, path: `${url.pathname}${url.search}`, peer: peerOf(url) };
}

/** One request on one dispatcher, its response buffered. Rejects with `HttpFailure` only. */
export function dispatch(dispatcher: Dispatcher, target: Target, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { origin, path, peer } = target;
    const maxBytes = request.maxResponseBytes ?? defaultMaxResponseBytes;
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let rawHeaders: RawHeaders = [];
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
      resolve(new ReceivedResponse(status, chunks, rawHeaders));
    };
    const expire = () => {
      if (!isSettled) fail(new HttpFailure(isStarted ? 'timeout' : 'connect_timeout', peer, !isStarted));
    };
    const timer = limit(request.timeoutMs ?? defaultTimeoutMs, expire);
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
          rawHeaders = Array.isArray(current.rawHeaders) ? current.rawHeaders : [];
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
