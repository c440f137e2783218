import { HttpFailure } from '../../http/failure.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { defaultMaxResponseBytes, defaultTimeoutMs, limit, type RawHeaders, ReceivedResponse } from './received.ts';

/**
 * One exchange, whichever client carries it out: it ends once, with its response, with a failure, by its limit of time
 * or by its signal.
 */
export class UnderWay {
  /** Some of the request may have been sent. */
  isStarted = false;
  isSettled = false;
  readonly #peer: string;
  readonly #request: HttpRequest;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (failure: HttpFailure) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #quit: (failure: HttpFailure) => void = () => {};

  private constructor(
    peer: string,
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (failure: HttpFailure) => void,
  ) {
    this.#peer = peer;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = limit(request.timeoutMs ?? defaultTimeoutMs, this.expire);
    request.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * Rejects with `HttpFailure` only.
   *
   * @param peer  `host:port`, for failures
   * @param carryOut  is not called for a request that was aborted before
   */
  static run(peer: string, request: HttpRequest, carryOut: (exchange: UnderWay) => void): Promise<HttpResponse> {
    if (request.signal?.aborted) return Promise.reject(new HttpFailure('aborted', peer, true));
    return new Promise((resolve, reject) => carryOut(new UnderWay(peer, request, resolve, reject)));
  }

  /** @param quit  gives the connection up when the exchange fails */
  onQuit(quit: (failure: HttpFailure) => void): void {
    this.#quit = quit;
  }

  /** A part of the response's body. */
  take(chunk: Buffer): void {
    if (this.isSettled) return;
    this.#size += chunk.length;
    if (this.#size > (this.#request.maxResponseBytes ?? defaultMaxResponseBytes)) this.failAs('too_large', false);
    else this.#chunks.push(chunk);
  }

  finish(status: number, rawHeaders: RawHeaders): void {
    if (!this.#settle()) return;
    this.#resolve(new ReceivedResponse(status, this.#chunks, rawHeaders));
  }

  fail(failure: HttpFailure): void {
    if (!this.#settle()) return;
    this.#reject(failure);
    this.#quit(failure);
  }

  failAs(kind: ConstructorParameters<typeof HttpFailure>[0], isUnsent = !this.isStarted): void {
    this.fail(new HttpFailure(kind, this.#peer, isUnsent));
  }

  /** Its time is over, or that of its connection. */
  readonly expire = (): void => this.failAs(this.isStarted ? 'timeout' : 'connect_timeout');

  readonly #abort = (): void => this.failAs('aborted');

  /** False: it had ended before. */
  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#abort);
    return true;
  }
}
