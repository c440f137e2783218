import { failureWords } from '../../../http/failure.ts';
import { isSuccess } from '../../../http/status.ts';
import { plainLine } from '../../../text/plain-line.ts';
import { plainStyle, type Style } from '../../../text/style.ts';
import type { Delivery } from '../../../webhook/delivery.ts';
import { knownType } from '../../../webhook/event.ts';
import { eventOf } from '../../../webhook/listener/delivery-line.ts';
import type { TurnedAway } from '../../../webhook/listener/listen-event.ts';
import { maskedUrl } from '../../../webhook/masked-url.ts';
import type { Posted } from '../../../webhook/sending/post.ts';

const shownAnswerLines = 12;

/** A delivery and its outcome. */
interface DeliveryReport {
  readonly delivery: Delivery;
  readonly results: readonly Posted[];
  /** The response to its sender. */
  readonly status: number;
  /** One sentence each. */
  readonly hints: readonly string[];
}

/**
 * One line for a delivery: time, verified or not, type, and the answer of its handler with its duration. A second
 * handler gets its own line. Complaints of handlers and hints follow.
 */
export function deliveryText(report: DeliveryReport, style: Style): string {
  const { results, hints } = report;
  const lines = [fitted((form, to) => firstLine(report, form, to), style)];
  for (const result of results.slice(1)) {
    lines.push(fitted((form, to) => `         ${outcomeText(result, report.status, form, to)}`, style));
  }
  for (const { excerpt } of results) if (excerpt !== '') lines.push(quoted(excerpt, style));
  for (const hint of hints) lines.push(`  ${style.cyan('hint:')} ${hint}`);
  return lines.join('\n');
}

/** A request that was not a delivery, on one line. */
export function turnedAwayText({ at, status, request, reason }: TurnedAway): string {
  return `${timeOf(at)} ${status} ${request === null ? reason : `${request} (${reason})`}`;
}

/** How a line is shortened when it does not fit. */
interface Form {
  readonly target: 'POST URL' | 'URL' | 'host';
  readonly id: 'whole' | 'short' | 'none';
}

const forms: readonly Form[] = [
  { target: 'POST URL', id: 'whole' },
  { target: 'POST URL', id: 'short' },
  { target: 'URL', id: 'short' },
  { target: 'host', id: 'short' },
  { target: 'host', id: 'none' },
];

/** The longest form that fits: a line that wraps can no longer be read at a glance. */
function fitted(line: (form: Form, style: Style) => string, style: Style): string {
  const plain = plainStyle();
  const form = forms.find((one) => line(one, plain).length <= style.width) ?? forms.at(-1);
  return line(form as Form, style);
}

function firstLine({ delivery, results, status }: DeliveryReport, form: Form, style: Style): string {
  const [result] = results;
  const outcome = result === undefined ? `→ ${colored(status, style)}` : outcomeText(result, status, form, style);
  return [
    style.dim(timeOf(delivery.receivedAt)),
    delivery.reason === null ? style.green('✓ verified') : style.red('✗ not verified'),
    style.bold(plainLine(eventOf(delivery) ?? '(no type)', 80)),
    ...notesOf(delivery, style),
    outcome,
    ...(form.id === 'none' ? [] : [style.dim(`[${idOf(delivery, form)}]`)]),
  ].join(' ');
}

function notesOf(delivery: Delivery, style: Style): readonly string[] {
  const { reason, standing, isPreviousSecret, isJson, claimedEvent } = delivery;
  if (reason !== null) return [style.red(`(${reason})`)];
  const type = eventOf(delivery);
  const notes: string[] = [];
  if (standing !== 'first') notes.push(style.yellow(`(${standing})`));
  if (isPreviousSecret) notes.push(style.yellow('(previous secret)'));
  if (type !== null && knownType(type) === undefined) notes.push(style.dim('(unknown type)'));
  if (!isJson) notes.push(style.red('(not JSON)'));
  // The header is not signed: where they differ, the body counts.
  else if (claimedEvent !== null && claimedEvent !== type) {
    notes.push(style.yellow(`(X-Revento-Event says ${plainLine(claimedEvent, 80)})`));
  }
  return notes;
}

function outcomeText({ url, status, latencyMs, error }: Posted, reply: number, { target }: Form, style: Style): string {
  const shown = maskedUrl(url);
  const where = target === 'host' ? new URL(url).host : target === 'URL' ? shown : `POST ${shown}`;
  const what = status === null ? style.red(failureWords[error ?? 'unexpected']) : colored(status, style);
  const took = style.dim(`${Math.round(latencyMs)} ms`);
  // The sender gets an answer anyway.
  return `→ ${what} ${where} ${took}${status === null ? `, answered ${colored(reply, style)}` : ''}`;
}

function colored(status: number, style: Style): string {
  return isSuccess(status) ? style.green(String(status)) : style.red(String(status));
}

/** A handler's words, unchanged; the printer removes control sequences. */
function quoted(excerpt: string, style: Style): string {
  const lines = excerpt.trimEnd().split('\n');
  const shown = lines.slice(0, shownAnswerLines).map((line) => plainLine(line, 500));
  if (lines.length > shown.length) shown.push('…');
  return shown.map((line) => `  ${style.dim('|')} ${line}`).join('\n');
}

function idOf({ deliveryId }: Delivery, form: Form): string {
  const id = plainLine(deliveryId ?? 'no id', 64);
  return form.id === 'short' && id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

function timeOf(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
