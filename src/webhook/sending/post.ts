import { type HttpFailure, type HttpFailureKind, isHttpFailure } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HeaderList, HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { one } from '../head.ts';
import { excerptOf } from './excerpt.ts';

/** How long Revento waits for an answer. Source: guide, answering webhooks. */
export const answerLimitMs = 10_000;

/** Only the status of an answer counts; this much is read so that an error page can be shown. */
const maxResponseBytes = 16 * 1024 * 1024;

/** The outcome of one delivery at a handler. */
export interface Posted {
  readonly url: string;
  /** Null without an answer. */
  readonly status: number | null;
  /** To a tenth of a millisecond. */
  readonly latencyMs: number;
  /** Why no answer came, such as `refused` or `timeout`; null otherwise. */
  readonly error: HttpFailureKind | null;
  /** The same as a sentence. */
  readonly failure: HttpFailure | null;
  /** The beginning of an answer that was not 2xx; empty otherwise. */
  readonly excerpt: string;
  /** Where a redirect points; null otherwise. */
  readonly location: string | null;
  /** The answer; null without one. */
  readonly response: HttpResponse | null;
}

export interface PostOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Connect to last byte. */
  readonly timeoutMs: number;
}

interface PostParts extends Pick<HttpRequest, 'drip' | 'signal'> {
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/**
 * Posts a delivery once, times it and reports the result; no answer is a result too.
 * Rejects only with other errors, such as a malformed proxy variable.
 */
export async function post(parts: PostParts, { exchange, clock, timeoutMs }: PostOptions): Promise<Posted> {
  const { url } = parts;
  const startedAt = clock.monotonic();
  const latency = () => Math.round((clock.monotonic() - startedAt) * 10) / 10;
  try {
    const response = await exchange({ method: 'POST', timeoutMs, maxResponseBytes, ...parts });
    const latencyMs = latency();
    const isFine = isSuccess(response.status);
    return {
      url,
      status: response.status,
      latencyMs,
      error: null,
      failure: null,
      excerpt: isFine ? '' : excerptOf(response.body),
      location: isFine ? null : locationOf(response),
      response,
    };
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    return {
      url,
      status: null,
      latencyMs: latency(),
      error: error.kind,
      failure: error,
      excerpt: '',
      location: null,
      response: null,
    };
  }
}

/** Where an answer redirects to, or null. */
function locationOf({ status, headers }: HttpResponse): string | null {
  return status >= 300 && status < 400 ? one(headers, 'location') : null;
}
