import { randomUUID } from 'node:crypto';
import { ReventoError } from '../errors/revento-error.ts';
import { networkError } from '../http/failure.ts';
import { headerOf } from '../http/headers.ts';
import { parseUrl, secureUrl } from '../http/web-address.ts';
import type { AccessToken } from '../login/login.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange, HeaderList, HttpResponse } from '../ports/exchange.ts';
import type { TokenSource } from '../ports/sessions.ts';
import { fingerprint } from '../text/secret.ts';
import type { Budget, Place } from './budget.ts';
import type { WaitReason } from './budget-state.ts';
import { failureOf, readError } from './failure.ts';
import { type Outcome, withRetries } from './retry.ts';

/** The media type of the documented version of the API. Source: guide, making requests. */
const accept = 'application/vnd.revento.v1+json';

/** A wait during a call, to be shown. */
export type Pause =
  | { readonly kind: 'rate_limit'; readonly ms: number; readonly reason: WaitReason }
  | { readonly kind: 'retry'; readonly ms: number; readonly outcome: Outcome };

interface ApiClientOptions {
  /** API base as configured, such as `https://api.revento.example/api/v1`. */
  readonly apiBase: string;
  readonly exchange: Exchange;
  readonly tokens: TokenSource;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Longest time one call may wait for the rate limits. */
  readonly maxWaitMs: number;
  readonly onPause?: ((pause: Pause) => void) | undefined;
}

export interface ApiRequest {
  /** Default GET. */
  readonly method?: string;
  /** Below the API base (`/me/profile`), or an absolute URL on its origin. */
  readonly target: string;
  readonly query?: HeaderList;
  /** In place of the default header of the same name; `Authorization` is never taken. */
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  /** The scope the endpoint needs, for the message when it is missing. */
  readonly scope?: string | undefined;
}

/** Calls of the API with the tokens of one login. */
export interface ApiClient {
  /**
   * The final answer after retries, waits and at most one renewal of the token, whatever its status, and the
   * failure it means, or null for a success.
   *
   * @throws ReventoError `usage` for a target on another origin, before anything is sent; `network`, `tls`,
   *   `host_placeholder`, `bad_answer` or `interrupted` when no complete response came; `rate_limited` when the wait for
   *   a place would be too long; and whatever the token source throws
   */
  send(request: ApiRequest): Promise<{ readonly answer: HttpResponse; readonly failure: ReventoError | null }>;
}

/** Source: guide, making requests; RFC 6750 sections 2.1 and 5.2. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { tokens } = options;
  return {
    async send(request) {
      const url = resolveTarget(options.apiBase, request);
      const call: Call = { request, url, requestId: randomUUID(), maxWaitMs: options.maxWaitMs };
      let token = await tokens.current();
      let answer = await exchangeWith(token, call, options);
      if (saysToken(answer, 'token_expired')) {
        token = await tokens.renew(token);
        answer = await exchangeWith(token, call, options);
      }
      if (saysToken(answer, 'token_revoked')) await tokens.markRevoked(token);
      const failure = failureOf(answer, {
        what: describe(call),
        requestId: call.requestId,
        login: token.key,
        scope: request.scope,
        now: options.clock.now(),
      });
      return { answer, failure };
    },
  };
}

/** One call: the same request id for all its tries, and one allowance for its waits. */
interface Call {
  readonly request: ApiRequest;
  readonly url: URL;
  readonly requestId: string;
  maxWaitMs: number;
}

/** All tries with one token. */
async function exchangeWith(token: AccessToken, call: Call, options: ApiClientOptions): Promise<HttpResponse> {
  const { clock, random, signal, onPause, exchange, budget } = options;
  const method = call.request.method ?? 'GET';
  const tokenId = fingerprint(token.token.reveal()).slice(0, 16);

  const admit = async (last: Outcome | null): Promise<Place | null> => {
    const startedMs = clock.monotonic();
    try {
      return await budget.enter({
        token: tokenId,
        maxWaitMs: call.maxWaitMs,
        signal,
        onWait: (ms, reason) => onPause?.({ kind: 'rate_limit', ms, reason }),
      });
    } catch (error) {
      // The server's own words on the limit say more than ours.
      if (error instanceof ReventoError && error.code === 'rate_limited' && last !== null) return null;
      throw error;
    } finally {
      call.maxWaitMs -= clock.monotonic() - startedMs;
    }
  };
  const send = async (place: Place, timeoutMs: number): Promise<HttpResponse> => {
    try {
      const received = await exchange({
        method,
        url: call.url.href,
        headers: headersOf(call, token),
        body: call.request.body ?? new Uint8Array(),
        signal,
        timeoutMs,
      });
      const answer = await plainOf(received, call);
      place.answered(answer);
      return answer;
    } catch (error) {
      place.failed();
      throw error;
    }
  };

  const isRepeatable = method === 'GET' || method === 'HEAD';
  const onRetry = (ms: number, outcome: Outcome) => onPause?.({ kind: 'retry', ms, outcome });
  const { outcome, tries } = await withRetries({ isRepeatable, clock, random, signal, onRetry }, admit, send);
  if (!(outcome instanceof Error)) return outcome;
  const what = tries === 1 ? describe(call) : `${describe(call)}, tried ${tries} times,`;
  throw networkError(outcome, what, { requestId: call.requestId });
}

/** A caller that requested an encoding gets its bytes. */
async function plainOf(answer: HttpResponse, call: Call): Promise<HttpResponse> {
  const isWanted = call.request.headers?.some(([name]) => name.toLowerCase() === 'accept-encoding') === true;
  if (isWanted || headerOf(answer, 'content-encoding') === null) return answer;
  const { decoded } = await import('../http/encoding.ts');
  return decoded(answer, describe(call));
}

function headersOf({ request, requestId }: Call, { token }: AccessToken): HeaderList {
  const own = (request.headers ?? []).filter(([name]) => name.toLowerCase() !== 'authorization');
  const isReplaced = (name: string) => own.some(([other]) => other.toLowerCase() === name.toLowerCase());
  const usual: HeaderList = [
    ['Accept', accept],
    ['X-Revento-Request-Id', requestId],
    ['User-Agent', 'revento-cli'],
  ];
  return [['Authorization', `Bearer ${token.reveal()}`], ...usual.filter(([name]) => !isReplaced(name)), ...own];
}

/**
 * The URL of a request. A token is sent to the configured origin only, and to other machines never in the clear.
 *
 * @throws ReventoError `usage`
 */
export function resolveTarget(apiBase: string, { target, query = [] }: Pick<ApiRequest, 'target' | 'query'>): URL {
  const base = secureUrl(apiBase);
  if (base === null) {
    throw new ReventoError('usage', `The API base ${JSON.stringify(apiBase)} is not a URL a token may be sent to.`, {
      hint: 'use https://, or http:// on localhost; set it by --api-base, REVENTO_API_BASE or `revento config set api_base`',
    });
  }
  const root = base.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//');
  const url = parseUrl(isAbsolute ? target : `${root}/${target.replace(/^\/+/, '')}`, base.href);
  if (url === null || url.origin !== base.origin || url.username !== '' || url.password !== '') {
    throw new ReventoError('usage', `Not sent: the token is only valid for ${base.origin}, not for ${place(url)}.`);
  }
  // The parser has resolved `..` in all its spellings: this is where the request would go.
  if (!isAbsolute && !isBelow(url.pathname, new URL(root).pathname)) {
    throw new ReventoError('usage', `Not sent: ${JSON.stringify(target)} leads out of the API base ${root}.`, {
      hint: 'leave out the .. in the path, or give the whole URL',
    });
  }
  for (const [name, value] of query) url.searchParams.append(name, value);
  url.hash = '';
  return url;
}

function isBelow(path: string, base: string): boolean {
  return path.startsWith(base.endsWith('/') ? base : `${base}/`);
}

function place(url: URL | null): string {
  return url === null ? 'this target' : url.host || url.protocol;
}

/** The request for people: no query, which may hold anything. */
function describe({ request, url }: Call): string {
  return `${request.method ?? 'GET'} ${url.pathname}`;
}

function saysToken(answer: HttpResponse, code: 'token_expired' | 'token_revoked'): boolean {
  return answer.status === 401 && readError(answer).code === code;
}
