import { isUtf8 } from 'node:buffer';
import type { HeaderList } from '../platform/ports.ts';
import type { Forwarded } from './forward.ts';
import type { Delivery } from './receiver.ts';

/** Not Revento's, and not for a file that is passed around. */
const masked: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/**
 * One `delivery` line of `listen -o ndjson` and of a recording, as JSON text without its line break.
 *
 * Its members, in this order: `type`, `delivery_id`, `event`, `received_at`, `verified`, `reason`, `duplicate`,
 * `headers` (lower-case names; a repeated header is a list), `body` (text, null when it is not UTF-8), `body_base64`,
 * `forward` (a list of `url`, `status`, `latency_ms`, `error`), `reply_status`.
 *
 * The text is put together here because most of it is strings: an object with the headers as members costs three
 * times as much, and a header may be named `__proto__`. Never throws.
 */
export function deliveryLine(delivery: Delivery, results: readonly Forwarded[], status: number): string {
  const bytes = Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.byteLength);
  const reason = delivery.reason ?? (delivery.isJson ? null : 'not_json');
  return (
    `{"type":"delivery","delivery_id":${JSON.stringify(delivery.deliveryId)},"event":${JSON.stringify(eventOf(delivery))}` +
    `,"received_at":"${new Date(delivery.receivedAt).toISOString()}","verified":${delivery.reason === null}` +
    `,"reason":${JSON.stringify(reason)},"duplicate":${delivery.standing === 'duplicate'}` +
    `,"headers":${headersText(delivery.headers)},"body":${isUtf8(bytes) ? JSON.stringify(bytes.toString('utf8')) : null}` +
    `,"body_base64":"${bytes.toString('base64')}","forward":[${results.map(resultText).join(',')}],"reply_status":${status}}`
  );
}

function resultText({ url, status, latencyMs, error }: Forwarded): string {
  return JSON.stringify({ url, status, latency_ms: latencyMs, error });
}

/** The event type: what the signed body says, else what the header claims. */
export function eventOf(delivery: Delivery): string | null {
  const { json } = delivery;
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  return typeof type === 'string' ? type : delivery.claimedEvent;
}

function headersText(headers: HeaderList): string {
  const names = headers.map(([name]) => name.toLowerCase());
  let text = '';
  for (const [index, name] of names.entries()) {
    // A repeated name is written where it comes first, with all its values.
    if (names.indexOf(name) !== index) continue;
    const isRepeated = names.indexOf(name, index + 1) !== -1;
    const values = isRepeated
      ? headers.filter((_header, other) => names[other] === name)
      : [headers[index] ?? ['', '']];
    const shown = values.map(([, value]) => JSON.stringify(masked.has(name) ? '[redacted]' : value)).join(',');
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${isRepeated ? `[${shown}]` : shown}`;
  }
  return `{${text}}`;
}
