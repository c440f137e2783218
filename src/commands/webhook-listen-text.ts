import { pretty } from '../output/json-pretty.ts';
import type { Style } from '../platform/ports.ts';
import { plainLine } from '../remote-text.ts';
import { eventOf } from '../webhook/delivery-line.ts';
import { knownType } from '../webhook/event.ts';
import type { Forwarded } from '../webhook/forward.ts';
import type { Delivery } from '../webhook/receiver.ts';
import { defaultHandlerPath, type Route } from '../webhook/routes.ts';
import { isSuccess, type Summary, type Tally } from '../webhook/tally.ts';

/** Where `listen` is reached unless told otherwise; `trigger` sends there. */
export const defaultListenPort = 4400;
export const defaultListenUrl = `http://localhost:${defaultListenPort}${defaultHandlerPath}`;

/** Longer payloads are cut on screen; `-o ndjson` and `--record` have them whole. */
const shownPayloadChars = 64 * 1024;

/** What is said once deliveries are accepted. */
export interface Ready {
  readonly url: string;
  readonly addresses: readonly string[];
  /** Of the secrets, see `SigningSecret`. */
  readonly labels: readonly string[];
  readonly routes: readonly Route[];
  /** How this program is called, with its profile. */
  readonly program: string;
}

export function readyText({ url, addresses, labels, routes, program }: Ready, style: Style): string {
  const targets = routes.map(({ type, url: target }) => (type === null ? target : `${target} (${type})`));
  return [
    `${style.green('Ready.')} Listening on ${style.bold(url)} ${style.dim(`(${addresses.join(', ')})`)}`,
    `  verifying with   ${labels.join(' and ')}`,
    `  forwarding to    ${targets.join('\n                   ') || 'nobody: deliveries are answered here'}`,
    `  to try it        ${program} webhook trigger application.approved${url === defaultListenUrl ? '' : ` --to ${url}`}`,
    style.dim('  Revento needs an HTTPS URL: point a tunnel at this port. Ctrl-C ends.'),
  ].join('\n');
}

/** The line of a delivery that has come in. */
export function arrivedText(delivery: Delivery, style: Style): string {
  const { reason, standing } = delivery;
  const type = eventOf(delivery);
  const marks = [
    reason === null ? null : style.red(`invalid: ${reason}`),
    standing === 'first' ? null : style.yellow(standing),
    reason === null && type !== null && knownType(type) === undefined
      ? style.dim('(a type this tool does not know)')
      : null,
    reason === null && !delivery.isJson ? style.red('not JSON') : null,
    isRenamed(delivery) ? style.yellow(`(X-Revento-Event says ${plainLine(delivery.claimedEvent ?? '', 80)})`) : null,
  ];
  const words = [
    style.dim(timeOf(delivery.receivedAt)),
    style.blue('-->'),
    style.bold(plainLine(type ?? '(no type)', 80)),
    idOf(delivery, style),
    ...marks.filter((mark) => mark !== null),
  ];
  return words.join(' ');
}

/** What became of it: a line for each handler (or for our own answer), hints, the handler's complaint, the payload. */
export function answeredText(
  delivery: Delivery,
  { results, status, hints }: { results: readonly Forwarded[]; status: number; hints: readonly string[] },
  style: Style,
): string {
  const time = style.dim(timeOf(delivery.receivedAt));
  const lines =
    results.length === 0
      ? [
          `${time} ${style.blue('<--')} ${colored(status, style)} ${style.dim('answered here')} ${idOf(delivery, style)}`,
        ]
      : results.map((result) => `${time} ${style.blue('<--')} ${resultText(result, style)} ${idOf(delivery, style)}`);
  for (const { excerpt } of results) if (excerpt.length > 0) lines.push(quoted(excerpt, style));
  for (const hint of hints) lines.push(`  ${style.cyan('hint:')} ${hint}`);
  if (delivery.standing !== 'duplicate' && delivery.body.length > 0) lines.push(payloadText(delivery, style));
  return lines.join('\n');
}

function resultText({ url, status, latencyMs, error }: Forwarded, style: Style): string {
  const outcome = status === null ? style.red(error ?? 'failed') : colored(status, style);
  return `${outcome} POST ${url} ${style.dim(`${Math.round(latencyMs)} ms`)}`;
}

function colored(status: number, style: Style): string {
  if (status < 300) return style.green(String(status));
  return status < 500 ? style.yellow(String(status)) : style.red(String(status));
}

/** A handler's words, as they are; the printer takes out what could act on the terminal. */
function quoted(excerpt: Uint8Array, style: Style): string {
  const text = new TextDecoder().decode(excerpt).trimEnd();
  return text
    .split('\n')
    .slice(0, 20)
    .map((line) => `  ${style.dim('|')} ${plainLine(line, 500)}`)
    .join('\n');
}

function payloadText({ body, text: decoded, isJson }: Delivery, style: Style): string {
  const text = (decoded ?? new TextDecoder().decode(body)).replace(/^\ufeff/, '');
  if (text.length > shownPayloadChars) {
    return `${plainLine(text, 500)}\n${style.dim(`(${body.length} bytes; -o ndjson and --record have them all)`)}`;
  }
  if (isJson || isParsable(text)) return pretty(text, style);
  return plainLine(text, 2_000);
}

/** An unbelieved body was not parsed; it is only laid out. */
function isParsable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Then it is shown as the text it is.
    return false;
  }
}

/** The header is not signed: where it contradicts the body, the body is right. */
function isRenamed(delivery: Delivery): boolean {
  return delivery.isJson && delivery.claimedEvent !== null && delivery.claimedEvent !== eventOf(delivery);
}

function idOf({ deliveryId }: Delivery, style: Style): string {
  return style.dim(`[${plainLine(deliveryId ?? 'no id', 64)}]`);
}

function timeOf(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The counts, and how fast the handlers were. */
export function summaryText(tally: Tally, style: Style): string {
  const { deliveries, verified, invalid, duplicates, forwarded, failed }: Summary = tally.summary;
  const [median, slow] = [tally.percentile(0.5), tally.percentile(0.95)];
  const parts = [
    `${style.bold(`${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'}`)}: ${verified} verified`,
    `${invalid} invalid`,
    `${duplicates} duplicate${duplicates === 1 ? '' : 's'}`,
    `${forwarded} forwarded`,
    `${failed} failed`,
  ];
  const latency = median === null || slow === null ? '' : `; latency p50 ${median} ms, p95 ${slow} ms`;
  return parts.join(', ') + latency;
}

/** What to try when a handler did not take a delivery, by the kind of failure: one sentence, or none. */
export function handlerHint({ url, status, error }: Forwarded): string | null {
  if (isSuccess(status)) return null;
  const { host, port, protocol, pathname } = new URL(url);
  if (error === 'refused') return `is your server running on port ${port || (protocol === 'https:' ? 443 : 80)}?`;
  if (error === 'not_loopback') return `${host} is not on this machine; --allow-remote lets deliveries leave it`;
  if (error === 'dns') return `${host} is not known to the resolver`;
  if (error === 'timeout') return 'Revento waits 10 s: acknowledge first, and do slow work afterwards';
  if (error === 'tls') return `does ${host} speak https? A private root goes into NODE_EXTRA_CA_CERTS`;
  if (error === 'reset') return 'the handler closed the connection without an answer; did it crash?';
  if (error === 'malformed') return `what answers at ${host} does not speak HTTP`;
  if (error !== null || status === null) return null;
  if (status === 401 || status === 403) {
    return `verified here, refused there: is ${pathname} behind your own login, or has your handler another secret?`;
  }
  if (status === 400 || status === 422)
    return 'did the handler parse the body before verifying it? It needs the raw bytes';
  if (status === 404) return `does your server serve POST ${pathname}?`;
  if (status === 405) return `${pathname} is there, but not for POST`;
  if (status === 413) return 'the handler limits bodies below what deliveries need';
  if (status === 415) return 'the handler does not take application/json';
  if (status >= 300 && status < 400)
    return 'redirects are not followed: forward to where it points, mind the trailing slash';
  if (status >= 500) return 'the handler failed; its log knows more. Revento sends the delivery again';
  return null;
}
