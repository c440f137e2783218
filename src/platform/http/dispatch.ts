import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import { HttpFailure } from '../../http/failure.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { bodiless, flat, maxHeadBytes, peerOf, type RawHeaders } from './received.ts';
import { bodyOf } from './sent-body.ts';
import { UnderWay } from './under-way.ts';
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
  const { origin, path, peer } = target;
  return UnderWay.run(peer, request, (exchange) => {
    let status = 0;
    let rawHeaders: RawHeaders = [];
    const finish = () => exchange.finish(status, rawHeaders);
    dispatcher.dispatch(
      {
        origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: flat(request.headers),
        body: bodyOf(request),
      },
      {
        onRequestStart(controller) {
          // It was given up while it waited for a connection: the caller already knows that nothing was sent.
          if (exchange.isSettled) return controller.abort(new HttpFailure('aborted', peer, true));
          exchange.isStarted = true;
          exchange.onQuit((failure) => controller.abort(failure));
        },
        onResponseStart(current, statusCode) {
          status = statusCode;
          rawHeaders = Array.isArray(current.rawHeaders) ? current.rawHeaders : [];
          // The status counts: what a broken server sends after such a head is undici's to drop.
          if (bodiless.has(statusCode)) finish();
        },
        onResponseData(_current, chunk) {
          exchange.take(chunk);
        },
        onResponseEnd: finish,
        onResponseError(_current, error) {
          exchange.fail(asFailure(error, { peer, isUnsent: !exchange.isStarted, isAnswered: status !== 0 }));
        },
      },
    );
  });
}
