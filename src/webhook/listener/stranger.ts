import { isUtf8 } from 'node:buffer';
import type { HeaderList } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import type { Delivery } from '../delivery.ts';
import { readHead } from '../head.ts';

/*
 * Anyone who can reach the port can send invalid deliveries, as many and as fast as they like. Whatever is kept, shown
 * or written of it is bounded by the figures here; `StrangerBudget` adds those over time.
 */

/** Of the body of each. */
export const keptBodyBytes = 4 * 1024;

/** Of the headers of each, names and values: of `X-Revento-*`, and of all others. */
const keptHeadBytes = 2 * 1024;

/** Of an event type or a delivery id that is only claimed. */
const keptNameChars = 256;

/** Longest delivery that is kept whole, for a moment, to find out why it does not verify. */
const evidenceBytes = 64 * 1024;

/** The beginning of a delivery that failed verification; the rest is not kept. */
export function abridged(delivery: Delivery): Delivery {
  const headers = firstHeaders(delivery.headers);
  const { deliveryId, event } = readHead(headers);
  const body = delivery.body.length > keptBodyBytes ? wholeCharacters(delivery.body) : delivery.body;
  return {
    ...delivery,
    deliveryId: nameOf(deliveryId),
    claimedEvent: nameOf(event),
    headers,
    // A copy: a part of a buffer would keep all of it in memory.
    body: body.length === delivery.body.length ? body : Uint8Array.from(body),
    text: isUtf8(body) ? asBuffer(body).toString('utf8') : null,
  };
}

/** The bytes needed to explain why a delivery failed verification; null if it is too long or was cut. */
export function evidenceSize({ body, bodyBytes, headers }: Delivery): number | null {
  if (body.length !== bodyBytes) return null;
  let bytes = body.length;
  for (const [name, value] of headers) bytes += name.length + value.length;
  return bytes <= evidenceBytes ? bytes : null;
}

function nameOf(claimed: string | null): string | null {
  return claimed !== null && claimed.length <= keptNameChars ? claimed : null;
}

/** The entries that fit, in order. */
function firstHeaders(headers: HeaderList): HeaderList {
  const room = { ours: keptHeadBytes, others: keptHeadBytes };
  return headers.filter(([name, value]) => {
    const kind = name.toLowerCase().startsWith('x-revento-') ? 'ours' : 'others';
    const size = name.length + value.length;
    if (size > room[kind]) return false;
    room[kind] -= size;
    return true;
  });
}

/** Cut in front of a UTF-8 character, never within one. */
function wholeCharacters(body: Uint8Array): Uint8Array {
  let end = keptBodyBytes;
  while (end > keptBodyBytes - 4 && ((body[end] ?? 0) & 0xc0) === 0x80) end--;
  return body.subarray(0, end);
}
