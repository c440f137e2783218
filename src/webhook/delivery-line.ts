import { isUtf8 } from 'node:buffer';
import type { HeaderList } from '../platform/ports.ts';
import type { Forwarded } from './forward.ts';
import type { Delivery } from './receiver.ts';

/** One `delivery` line of `listen -o ndjson`, and of a recording. Wire names. */
export interface DeliveryLine {
  readonly type: 'delivery';
  readonly delivery_id: string | null;
  readonly event: string | null;
  readonly received_at: string;
  readonly verified: boolean;
  readonly reason: string | null;
  readonly duplicate: boolean;
  /** Lower-case names; a repeated header is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The body as text, null when it is not UTF-8. */
  readonly body: string | null;
  readonly body_base64: string;
  readonly forward: readonly {
    readonly url: string;
    readonly status: number | null;
    readonly latency_ms: number;
    readonly error: string | null;
  }[];
  readonly reply_status: number;
}

/** Not Revento's, and not for a file that is passed around. */
const masked: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** The line of a delivery that has been answered. Never throws. */
export function deliveryLine(delivery: Delivery, results: readonly Forwarded[], status: number): DeliveryLine {
  const body = Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.byteLength);
  return {
    type: 'delivery',
    delivery_id: delivery.deliveryId,
    event: eventOf(delivery),
    received_at: new Date(delivery.receivedAt).toISOString(),
    verified: delivery.reason === null,
    reason: delivery.reason ?? (delivery.isJson ? null : 'not_json'),
    duplicate: delivery.standing === 'duplicate',
    headers: headerRecord(delivery.headers),
    body: isUtf8(body) ? body.toString('utf8') : null,
    body_base64: body.toString('base64'),
    forward: results.map(({ url, status: answered, latencyMs, error }) => ({
      url,
      status: answered,
      latency_ms: latencyMs,
      error,
    })),
    reply_status: status,
  };
}

/** The event type: what the signed body says, else what the header claims. */
export function eventOf(delivery: Delivery): string | null {
  const { json } = delivery;
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  return typeof type === 'string' ? type : delivery.claimedEvent;
}

function headerRecord(headers: HeaderList): Record<string, string | readonly string[]> {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const shown = masked.has(key) ? '[redacted]' : value;
    const before = values.get(key);
    if (before === undefined) values.set(key, shown);
    else values.set(key, Array.isArray(before) ? [...before, shown] : [before, shown]);
  }
  // Not by assignment: a header may be named __proto__.
  return Object.fromEntries(values);
}
