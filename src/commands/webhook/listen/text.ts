import { failureWords } from '../../../http/failure.ts';
import { isJson } from '../../../json/parse.ts';
import { pretty } from '../../../json/pretty.ts';
import { plainLine } from '../../../text/plain-line.ts';
import { plainStyle, type Style } from '../../../text/style.ts';
import { formatDuration } from '../../../text/time.ts';
import { defaultHandlerPath, defaultListenUrl } from '../../../webhook/defaults.ts';
import type { Delivery } from '../../../webhook/delivery.ts';
import { knownType } from '../../../webhook/event.ts';
import { eventOf } from '../../../webhook/listener/delivery-line.ts';
import type { Summary, Tally } from '../../../webhook/listener/tally.ts';
import type { TurnedAway } from '../../../webhook/listener/turned-away.ts';
import type { Posted } from '../../../webhook/sending/post.ts';
import type { Route } from '../../../webhook/targets.ts';
import type { ListenPlan } from './options.ts';

/** Longer payloads are cut on screen; `-o ndjson` and `--record` have them whole. */
const shownPayloadChars = 64 * 1024;

/** On a terminal, besides: what is longer pushes everything else off the screen. */
const shownPayloadLines = 120;

const shownLineChars = 1_000;

const shownAnswerLines = 12;

/** What is said once deliveries are accepted. */
export interface Ready {
  readonly url: string;
  readonly addresses: readonly string[];
  /** Of the secrets, see `SigningSecret`. */
  readonly labels: string;
  readonly routes: readonly Route[];
  /** How this program is called, with its profile. */
  readonly program: string;
  readonly plan: Pick<ListenPlan, 'goals' | 'timeoutMs' | 'command'>;
}

/** With a program to run nobody has to be told what to do next: it sends the deliveries, and its end is the end. */
export function readyText({ url, addresses, labels, routes, program, plan }: Ready, style: Style): string {
  const { port, path } = partsOf(url);
  const targets = routes.map(({ type, url: target }) => (type === null ? target : `${target} (${type})`));
  const lines = [
    `${style.green('Ready.')} Listening on ${style.bold(url)} ${style.dim(`(${addresses.join(', ')})`)}`,
    `  verifying with   ${labels}`,
    `  forwarding to    ${targets.join('\n                   ') || 'nobody: deliveries are answered here'}`,
  ];
  if (plan.command.length > 0) return lines.join('\n');
  return [
    ...lines,
    `  to try it        ${program} webhook trigger application.approved${toFlag(url)}`,
    `  for Revento      tunnel port ${port}, register https://TUNNEL${path}`,
    `  to end           ${endText(plan)}`,
  ].join('\n');
}

/** What ends a run that no program ends: `after 2 deliveries and a.b, after 30s at the latest, or Ctrl-C`. */
function endText({ goals: { count, until, expect }, timeoutMs }: Ready['plan']): string {
  const awaited = count === null ? [] : [`${count} ${count === 1 ? 'delivery' : 'deliveries'}`];
  for (const type of [until, ...expect]) if (type !== null) awaited.push(type);
  const ways = awaited.length === 0 ? [] : [`after ${awaited.join(' and ')}`];
  if (timeoutMs !== null)
    ways.push(`after ${formatDuration(timeoutMs)}${awaited.length === 0 ? '' : ' at the latest'}`);
  return ways.length === 0 ? 'Ctrl-C' : `${ways.join(', ')}, or Ctrl-C`;
}

/** What `trigger` has to be told to reach the listener, as short as can be. */
function toFlag(url: string): string {
  if (url === defaultListenUrl) return '';
  const { host, port, path } = partsOf(url);
  return ` --to ${host === 'localhost' && path === defaultHandlerPath ? port : url}`;
}

/** Of a listener's own URL. An address with a zone, such as `fe80::1%eth0`, is one that `URL` does not take. */
function partsOf(url: string): { readonly host: string; readonly port: string; readonly path: string } {
  const [, host = '', port = '', path = ''] = /^http:\/\/(.+?):(\d+)(\/.*)$/.exec(url) ?? [];
  return { host, port, path };
}

/** A request that was not a delivery, on one line. */
export function turnedAwayText({ at, status, request, reason }: TurnedAway): string {
  return `${timeOf(at)} ${status} ${request === null ? reason : `${request} (${reason})`}`;
}

/** The line of a delivery that has come in. */
export function arrivedText(delivery: Delivery, style: Style): string {
  const { reason, standing } = delivery;
  const type = eventOf(delivery);
  const marks = [
    reason === null ? null : style.red(`invalid: ${reason}`),
    standing === 'first' ? null : style.yellow(standing),
    delivery.isPreviousSecret ? style.yellow('(previous secret)') : null,
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
  { results, status, hints }: { results: readonly Posted[]; status: number; hints: readonly string[] },
  style: Style,
): string {
  const lines =
    results.length === 0
      ? [answerLine(delivery, { outcome: String(status), what: 'answered here', timing: '' }, style)]
      : results.map((result) => answerLine(delivery, wordsOf(result, status), style));
  for (const { excerpt } of results) if (excerpt !== '') lines.push(quoted(excerpt, style));
  for (const hint of hints) lines.push(`  ${style.cyan('hint:')} ${hint}`);
  if (delivery.standing !== 'duplicate' && delivery.body.length > 0) lines.push(payloadText(delivery, style));
  return lines.join('\n');
}

/** What an answer's line says between the time and the delivery id. */
interface AnswerWords {
  readonly outcome: string;
  readonly what: string;
  readonly timing: string;
}

function wordsOf({ url, status, latencyMs, error }: Posted, reply: number): AnswerWords {
  const timing = `${Math.round(latencyMs)} ms`;
  if (status !== null) return { outcome: String(status), what: `POST ${url}`, timing };
  // What the handler did not say was said in its place.
  return { outcome: failureWords[error ?? 'unexpected'], what: `POST ${url}`, timing: `${timing}, answered ${reply}` };
}

/**
 * On a terminal that is too narrow the delivery id, which stands whole in the line above, is shortened, then `POST`
 * is left out: a wrapped line can no longer be read at a glance.
 */
function answerLine(delivery: Delivery, { outcome, what, timing }: AnswerWords, style: Style): string {
  const id = plainLine(delivery.deliveryId ?? 'no id', 64);
  const shortId = id.length > 12 ? `${id.slice(0, 8)}…` : id;
  const forms = [
    { what, id },
    { what, id: shortId },
    { what: what.replace(/^POST /, ''), id: shortId },
  ];
  const others = `00:00:00 <-- ${outcome}   ${timing}[]`.length;
  const form = forms.find((one) => others + one.what.length + one.id.length <= style.width) ?? { what, id: shortId };
  const words = [
    style.dim(timeOf(delivery.receivedAt)),
    style.blue('<--'),
    colored(outcome, style),
    timing === '' ? style.dim(form.what) : form.what,
    ...(timing === '' ? [] : [style.dim(timing)]),
    style.dim(`[${form.id}]`),
  ];
  return words.join(' ');
}

/** A status by its class; whatever else came instead of one is red. */
function colored(outcome: string, style: Style): string {
  if (/^2\d\d$/.test(outcome)) return style.green(outcome);
  return /^[134]\d\d$/.test(outcome) ? style.yellow(outcome) : style.red(outcome);
}

/** A handler's words, as they are; the printer takes out what could act on the terminal. */
function quoted(excerpt: string, style: Style): string {
  const lines = excerpt.trimEnd().split('\n');
  const shown = lines.slice(0, shownAnswerLines).map((line) => plainLine(line, 500));
  if (lines.length > shown.length) shown.push('…');
  return shown.map((line) => `  ${style.dim('|')} ${line}`).join('\n');
}

function payloadText({ body, text: decoded, isJson: isVerifiedJson }: Delivery, style: Style): string {
  const text = (decoded ?? new TextDecoder().decode(body)).replace(/^\ufeff/, '');
  const note = (what: string) => style.dim(`(${what}${body.length} bytes; -o ndjson and --record have them all)`);
  if (text.length > shownPayloadChars) return `${plainLine(text, 500)}\n${note('')}`;
  if (!isVerifiedJson && !isJson(text)) return plainLine(text, 2_000);
  // Somebody scrolls through what a terminal shows; a file or a pipe takes the payload whole.
  if (!Number.isFinite(style.width)) return pretty(text, style);
  const lines = pretty(text, null).split('\n');
  const shown = lines.slice(0, shownPayloadLines).map((line) => cut(line, shownLineChars));
  if (shown.length === lines.length && shown.every((line, index) => line === lines[index])) return pretty(text, style);
  return `${shown.join('\n')}\n${note(shown.length < lines.length ? `${lines.length - shown.length} more lines, ` : 'cut, ')}`;
}

function cut(line: string, chars: number): string {
  return line.length <= chars ? line : `${line.slice(0, chars)}…`;
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

/** The counts, and how fast the handlers were: on a second line where one would be too long. */
export function summaryText(tally: Tally, style: Style): string {
  const [median, slow] = [tally.percentile(0.5), tally.percentile(0.95)];
  const counts = countsText(tally.summary, style);
  if (median === null || slow === null) return counts;
  const latency = `latency p50 ${median} ms, p95 ${slow} ms`;
  const isOneLine = countsText(tally.summary, plainStyle()).length + latency.length + 2 <= style.width;
  return isOneLine ? `${counts}; ${latency}` : `${counts}\n${latency}`;
}

function countsText({ deliveries, verified, invalid, duplicates, forwarded, failed }: Summary, style: Style): string {
  return [
    `${style.bold(`${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'}`)}: ${verified} verified`,
    `${invalid} invalid`,
    `${duplicates} duplicate${duplicates === 1 ? '' : 's'}`,
    // Handed to a handler, which is not to say that it took it or was even there.
    failed === 0 ? `${forwarded} forwarded` : `${forwarded} forwarded (${style.red(`${failed} failed`)})`,
  ].join(', ');
}
