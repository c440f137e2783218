import type { HeaderList } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import type { Delivery } from '../delivery.ts';
import type { Posted } from '../sending/post.ts';

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
export function deliveryLine(delivery: Delivery, results: readonly Posted[], status: number): string {
  const reason = delivery.reason ?? (delivery.isJson ? null : 'not_json');
  return (
    `{"type":"delivery","delivery_id":${JSON.stringify(delivery.deliveryId)},"event":${JSON.stringify(eventOf(delivery))}` +
    `,"received_at":"${new Date(delivery.receivedAt).toISOString()}","verified":${delivery.reason === null}` +
    `,"reason":${JSON.stringify(reason)},"duplicate":${delivery.standing === 'duplicate'}` +
    `,"headers":${headersText(delivery.headers)},"body":${JSON.stringify(delivery.text)}` +
    `,"body_base64":"${asBuffer(delivery.body).toString('base64')}","forward":[${results.map(resultText).join(',')}],"reply_status":${status}}`
  );
}

function resultText({ url, status, latencyMs, error }: Posted): string {
  return JSON.stringify({ url, status, latency_ms: latencyMs, error });
}

/** The event type: what the signed body says, else what the header claims. */
export function eventOf(delivery: Delivery): string | null {
  const { json } = delivery;
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  return typeof type === 'string' ? type : delivery.claimedEvent;
}

function headersText(headers: HeaderList): string {
  const names: string[] = [];
  for (const header of headers) names.push(header[0].toLowerCase());
  let text = '';
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    // A repeated name is written where it comes first, with all its values.
    if (names.indexOf(name) !== index) continue;
    if (index > 0) text += ',';
    text += `${JSON.stringify(name)}:`;
    if (names.indexOf(name, index + 1) === -1) text += valueText(name, headers[index]?.[1] ?? '');
    else text += `[${headers.filter((_, at) => names[at] === name).map(([, value]) => valueText(name, value))}]`;
  }
  return `{${text}}`;
}

function valueText(name: string, value: string): string {
  return JSON.stringify(masked.has(name) ? '[redacted]' : value);
}
