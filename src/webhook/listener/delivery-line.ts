import type { HeaderList } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import type { Delivery } from '../delivery.ts';
import { maskedUrl } from '../masked-url.ts';
import type { Posted } from '../sending/post.ts';

/** Headers of proxies and browsers that hold secrets: a recording is passed around. */
const masked: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/**
 * One `delivery` line of `listen -o ndjson` and of a recording, as JSON text without its line break.
 *
 * Its members, in this order: `type`, `delivery_id`, `event`, `received_at`, `verified`, `reason`, `duplicate`,
 * `headers` (lower-case names; a repeated header is a list), `body` (text, null when it is not UTF-8), `body_base64`,
 * `forward` (a list of `url`, `status`, `latency_ms`, `error`), `reply_status`. Where `body` is only the beginning,
 * which happens to invalid deliveries alone, `body_bytes` follows `body_base64`: the whole length, null if unknown.
 *
 * The text is put together here because most of it is strings: an object with the headers as members costs three
 * times as much, and a header may be named `__proto__`.
 */
export function deliveryLine(delivery: Delivery, results: readonly Posted[], status: number): string {
  const reason = delivery.reason ?? (delivery.isJson ? null : 'not_json');
  return (
    `{"type":"delivery","delivery_id":${quoted(delivery.deliveryId)},"event":${quoted(eventOf(delivery))}` +
    `,"received_at":"${new Date(delivery.receivedAt).toISOString()}","verified":${delivery.reason === null}` +
    `,"reason":${JSON.stringify(reason)},"duplicate":${delivery.standing === 'duplicate'}` +
    `,"headers":${headersText(delivery.headers)},"body":${JSON.stringify(delivery.text)}` +
    `,"body_base64":"${asBuffer(delivery.body).toString('base64')}"${cutText(delivery)},"forward":[${results.map(resultText).join(',')}],"reply_status":${status}}`
  );
}

function resultText({ url, status, latencyMs, error }: Posted): string {
  return JSON.stringify({ url: maskedUrl(url), status, latency_ms: latencyMs, error });
}

/** The event type: what the signed body says, else what the header claims. */
export function eventOf(delivery: Delivery): string | null {
  const { json } = delivery;
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  return typeof type === 'string' ? type : delivery.claimedEvent;
}

function cutText({ body, bodyBytes }: Delivery): string {
  return body.length === bodyBytes ? '' : `,"body_bytes":${bodyBytes}`;
}

/** In one pass: a head of 128 KB may hold thirty thousand headers. */
function headersText(headers: HeaderList): string {
  // A repeated name is written where it comes first, with all its values.
  const values = new Map<string, string | string[]>();
  for (const [header, value] of headers) {
    const name = header.toLowerCase();
    const text = valueText(name, value);
    const earlier = values.get(name);
    if (earlier === undefined) values.set(name, text);
    else if (typeof earlier === 'string') values.set(name, [earlier, text]);
    else earlier.push(text);
  }
  let members = '';
  for (const [name, text] of values) {
    members += `${members === '' ? '' : ','}${quoted(name)}:${typeof text === 'string' ? text : `[${text.join(',')}]`}`;
  }
  return `{${members}}`;
}

function valueText(name: string, value: string): string {
  return quoted(masked.has(name) ? '[redacted]' : value);
}

/** Without these characters JSON writes a text as it is, and most headers are so short that asking is cheaper. */
const plain = /^[ !#-[\]-~]*$/;

function quoted(text: string | null): string {
  return text !== null && plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
