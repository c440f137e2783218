import { isRecord, parseJson } from '../json/parse.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import { isHopHeader } from '../webhook/listener/forward.ts';
import { type Posted, post } from '../webhook/sending/post.ts';
import { deliveryHeaders, sign } from '../webhook/signature.ts';
import type { Inspected } from './inspected.ts';
import type { ReplayRequest } from './model/wire.ts';
import type { NamedSecret } from './signature-view.ts';

/** Revento's own limit, doubled, so that a late answer is still seen as the answer it is. */
const timeoutMs = 20_000;

export interface ReplayContext {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly secrets: readonly NamedSecret[];
  readonly url: string;
}

/** Reads a request for a replay; null when it is not one. A URL is not among what a page may name. */
export function readReplayRequest(text: string): ReplayRequest | null {
  const value = parseJson(text);
  if (!isRecord(value)) return null;
  const { target, resign, body_base64: base64 } = value;
  if (typeof target !== 'number' || !Number.isInteger(target) || typeof resign !== 'boolean') return null;
  if (base64 === undefined) return { target, resign };
  if (typeof base64 !== 'string' || Buffer.from(base64, 'base64').toString('base64') !== base64) return null;
  return { target, resign, body_base64: base64 };
}

/**
 * Sends a delivery to a handler once more: the same bytes and headers, those of the connection left out; or another
 * body, or a fresh timestamp and signature.
 */
export function replay(
  { headers, body: received }: Inspected,
  { resign, body_base64: base64 }: ReplayRequest,
  { exchange, clock, signal, secrets, url }: ReplayContext,
): Promise<Posted> {
  const body = base64 === undefined ? received : Buffer.from(base64, 'base64');
  const kept = headers.filter(([name]) => !isHopHeader(name) && name.toLowerCase() !== 'content-length');
  const [current] = secrets;
  if (!resign || current === undefined) {
    return post({ url, headers: kept, body, signal }, { exchange, clock, timeoutMs });
  }
  const timestamp = String(Math.floor(clock.now() / 1000));
  const renewed: Readonly<Record<string, string>> = {
    [deliveryHeaders.timestamp]: timestamp,
    [deliveryHeaders.signature]: sign(current.value, timestamp, body),
  };
  const others = kept.filter(([name]) => renewed[name.toLowerCase()] === undefined);
  const signed = [...others, ...Object.entries(renewed)];
  return post({ url, headers: signed, body, signal }, { exchange, clock, timeoutMs });
}
