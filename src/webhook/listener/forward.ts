import { ReventoError } from '../../errors/revento-error.ts';
import { isHttpFailure } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HeaderList, HttpResponse } from '../../ports/exchange.ts';
import type { Delivery } from '../delivery.ts';
import { excerptOf } from '../excerpt.ts';
import { forwardedByHeader, one } from '../head.ts';
import { deliveryHeaders } from '../signature.ts';
import type { Route } from '../targets.ts';

/** Marks a request whose signature did not hold, forwarded because the user asked for it. */
const unverifiedHeader = 'x-revento-cli-unverified';

const maxResponseBytes = 16 * 1024 * 1024;

/** What one handler made of a delivery. */
export interface Forwarded {
  readonly url: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly latencyMs: number;
  /** Why no answer came, such as `refused` or `timeout`; null otherwise. */
  readonly error: string | null;
  /** What an answer that was not 2xx says, its beginning; empty otherwise. */
  readonly excerpt: string;
  /** Where a redirect points; null otherwise. */
  readonly location: string | null;
}

export interface ForwardOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** For one handler, connect to last byte. */
  readonly timeoutMs: number;
  /** The user's `-H`, put over what the sender sent. */
  readonly extraHeaders: HeaderList;
  readonly listenerId: string;
}

/** Hands a delivery to its handlers, all at once. Never rejects. */
export type Forward = (delivery: Delivery, routes: readonly Route[]) => Promise<readonly Forwarded[]>;

/**
 * Makes the forwarder of a listener: the same bytes, the sender's headers without those of the connection, and one
 * attempt. A second attempt is the sender's to make, who was told the first one's status.
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

const asList = (result: Forwarded): readonly Forwarded[] => [result];

async function forwardOne(
  url: string,
  headers: HeaderList,
  body: Uint8Array,
  { exchange, clock, timeoutMs }: ForwardOptions,
): Promise<Forwarded> {
  const startedAt = clock.monotonic();
  const latency = () => Math.round((clock.monotonic() - startedAt) * 10) / 10;
  try {
    const answer = await exchange({ method: 'POST', url, headers, body, timeoutMs, maxResponseBytes });
    const { status } = answer;
    const latencyMs = latency();
    const isFine = isSuccess(status);
    const excerpt = isFine ? '' : excerptOf(answer.body);
    return { url, status, latencyMs, error: null, excerpt, location: isFine ? null : locationOf(answer) };
  } catch (error) {
    // Anything else is a defect, but a delivery is under way: it is answered 502 and shown as what it is.
    const kind = isHttpFailure(error) ? error.kind : `internal: ${String(error)}`;
    return { url, status: null, latencyMs: latency(), error: kind, excerpt: '', location: null };
  }
}

/** Where an answer redirects to, or null. */
export function locationOf({ status, headers }: HttpResponse): string | null {
  return status >= 300 && status < 400 ? one(headers, 'location') : null;
}

/**
 * The status the sender gets: the first that is not 2xx, else the first; 504 past the timeout, 503 when this run
 * ended first, 502 for every other lack of an answer.
 */
export function replyStatus(results: readonly Forwarded[]): number {
  const statuses = results.map(({ status, error }) => status ?? statusFor(error));
  return statuses.find((status) => !isSuccess(status)) ?? statuses[0] ?? 200;
}

function statusFor(error: string | null): number {
  if (error === 'aborted') return 503;
  return error === 'timeout' || error === 'connect_timeout' ? 504 : 502;
}

/** Headers of one connection: each hop has its own. */
const ofOneConnection = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
] as const;

/** Those, and what a handler might trust: none of them is the sender's to set. */
const dropped: ReadonlySet<string> = new Set([
  ...ofOneConnection,
  'host',
  'cookie',
  'authorization',
  'forwarded',
  // Answers are shown as text, so they have to come as they are.
  'accept-encoding',
]);
const droppedPrefixes = ['proxy-', 'x-forwarded-', 'x-revento-cli-'] as const;

/** Whether a header belongs to one connection, or is not the sender's to set: such a one is not sent on. */
export function isHopHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return dropped.has(lower) || droppedPrefixes.some((prefix) => lower.startsWith(prefix));
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

/** Names that Connection lists, and those the user sets; null when there is none, as nearly always. */
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

const headerForm = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/s;
const unsettable: ReadonlySet<string> = new Set([...Object.values(deliveryHeaders), ...ofOneConnection]);

/**
 * Reads a `-H NAME:VALUE`.
 *
 * @throws ReventoError `usage`, also for a header that would change the delivery or its framing
 */
export function parseHeader(text: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = headerForm.exec(text) ?? [];
  if (name === '' || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new ReventoError('usage', 'A header is written NAME:VALUE, on one line.', { hint: '-H "X-Debug: 1"' });
  }
  if (unsettable.has(name.toLowerCase())) {
    throw new ReventoError('usage', `The header ${name} cannot be set: a delivery reaches the handler as it came.`);
  }
  return [name, value.trim()];
}
