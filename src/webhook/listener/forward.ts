import { ReventoError } from '../../errors/revento-error.ts';
import { HttpFailure } from '../../http/failure.ts';
import { connectionHeaders, readHeaderLine } from '../../http/header-line.ts';
import { isSuccess } from '../../http/status.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';
import { apart } from '../../text/bytes.ts';
import type { Delivery } from '../delivery.ts';
import { forwardedByHeader } from '../head.ts';
import { isHopHeader } from '../sending/hop-header.ts';
import { type Posted, type PostOptions, post } from '../sending/post.ts';
import { deliveryHeaders } from '../signature.ts';
import type { Route } from '../targets.ts';

/** Marks a request with an invalid signature, forwarded because the user requested it. */
const unverifiedHeader = 'x-revento-cli-unverified';

interface ForwardOptions extends PostOptions {
  /** The user's `-H`, which replace headers of the sender. */
  readonly extraHeaders: HeaderList;
  readonly listenerId: string;
  /** How many body bytes of each handler's answer are kept, with its headers. Default: none. */
  readonly keptAnswerBytes?: number | undefined;
}

/** Sends a delivery to its handlers, all at once. Never rejects. */
type Forward = (delivery: Delivery, routes: readonly Route[]) => Promise<readonly Posted[]>;

/**
 * Makes the forwarder of a listener: the same bytes, the sender's headers without those of the connection, and one
 * attempt. The sender gets its status, and may retry.
 */
export function createForward(options: ForwardOptions): Forward {
  return (delivery, routes) => {
    const headers = forwardedHeaders(delivery, options);
    const [only] = routes;
    if (only !== undefined && routes.length === 1)
      return forwardOne(only.url, headers, delivery.body, options).then(asList);
    return Promise.all(routes.map(({ url }) => forwardOne(url, headers, delivery.body, options)));
  };
}

const asList = (result: Posted): readonly Posted[] => [result];

/** Anything but a failed exchange is a defect, but the sender waits: it is answered 502, and the error is shown. */
async function forwardOne(
  url: string,
  headers: HeaderList,
  body: Uint8Array,
  options: ForwardOptions,
): Promise<Posted> {
  try {
    const posted = await post({ url, headers, body }, options);
    return { ...posted, response: kept(posted.response, options.keptAnswerBytes) };
  } catch (error) {
    const failure = new HttpFailure('unexpected', new URL(url).host, false, { detail: String(error) });
    return {
      url,
      status: null,
      latencyMs: 0,
      error: failure.kind,
      failure,
      excerpt: '',
      location: null,
      response: null,
    };
  }
}

/** An answer may be long: only as much of it is kept as will be shown, and nothing of what the socket read. */
function kept(response: HttpResponse | null, bytes: number | undefined): HttpResponse | null {
  if (response === null || bytes === undefined) return null;
  const { status, headers, body } = response;
  return { status, headers, body: apart(body.subarray(0, bytes)) };
}

/**
 * The status the sender gets: the first that is not 2xx, else the first; 504 past the timeout, 503 when this run
 * ended first, 502 whenever else no answer came.
 */
export function replyStatus(results: readonly Posted[]): number {
  const statuses = results.map(({ status, error }) => status ?? statusFor(error));
  return statuses.find((status) => !isSuccess(status)) ?? statuses[0] ?? 200;
}

function statusFor(error: string | null): number {
  if (error === 'aborted') return 503;
  return error === 'timeout' || error === 'connect_timeout' ? 504 : 502;
}

function forwardedHeaders(delivery: Delivery, options: ForwardOptions): HeaderList {
  const { extraHeaders, listenerId } = options;
  const named = namedInConnection(delivery.headers, extraHeaders);
  const kept: (readonly [string, string])[] = [];
  let passedBy = '';
  for (const header of delivery.headers) {
    const lower = header[0].toLowerCase();
    if (lower === forwardedByHeader) passedBy += `${header[1]}, `;
    else if (!isHopHeader(lower) && named?.has(lower) !== true) kept.push(header);
  }
  kept.push(...extraHeaders, [forwardedByHeader, passedBy + listenerId]);
  if (delivery.reason !== null) kept.push([unverifiedHeader, '1']);
  return kept;
}

/** Names that Connection lists, and those the user sets; null for none, the usual case. */
function namedInConnection(headers: HeaderList, extraHeaders: HeaderList): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (const [name, value] of headers) {
    if (name.length !== 'connection'.length || name.toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const word of value.split(',')) named.add(word.trim().toLowerCase());
  }
  // A sender cannot have the signature removed by naming it in Connection.
  if (named !== null) for (const name of Object.values(deliveryHeaders)) named.delete(name);
  if (extraHeaders.length > 0) {
    named ??= new Set();
    for (const [name] of extraHeaders) named.add(name.toLowerCase());
  }
  return named;
}

const unsettable: ReadonlySet<string> = new Set([...Object.values(deliveryHeaders), ...connectionHeaders]);

/**
 * Reads a `-H NAME:VALUE`.
 *
 * @throws ReventoError `usage`, also for a header that would change the delivery or its framing
 */
export function parseHeader(text: string): readonly [name: string, value: string] {
  const header = readHeaderLine(text);
  if (header === null) {
    throw new ReventoError('usage', '-H must be NAME:VALUE, on one line.', { hint: 'write it like -H "X-Debug: 1"' });
  }
  const [name] = header;
  if (!unsettable.has(name.toLowerCase())) return header;
  throw new ReventoError('usage', `-H cannot set ${name}: a delivery is forwarded unchanged.`);
}
