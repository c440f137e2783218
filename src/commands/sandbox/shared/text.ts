import type { Attempt, DeliveryEntry } from '../../../sandbox/deliveries/delivery.ts';
import type { SandboxEntry } from '../../../sandbox/server/app.ts';
import { type Credentials, variablesOf } from '../../../sandbox/server/env-file.ts';
import type { RequestEntry } from '../../../sandbox/server/journal.ts';
import type { Style } from '../../../text/style.ts';
import { formatDuration } from '../../../text/time.ts';
import { defaultListenUrl } from '../../../webhook/defaults.ts';
import { steering } from '../../shared/sandbox/profile.ts';

/** What `sandbox start` prints first: what is running, and what to type next. */
export function describeReady(
  credentials: Credentials,
  {
    profile,
    envFile,
    webhookUrl,
  }: { readonly profile: string; readonly envFile: string | null; readonly webhookUrl: string | null },
  style: Style,
): string {
  const variables = Object.entries(variablesOf(credentials));
  const width = Math.max(...variables.map(([name]) => name.length));
  return [
    `${style.green('✓')} ${style.bold(`Sandbox ready on ${credentials.authBase}`)} ${style.dim('(Ctrl-C stops it)')}`,
    '',
    'In another terminal:',
    ...commandLines(profile, webhookUrl, style),
    '',
    envFile === null
      ? 'Settings for your own app (--write-env FILE saves them):'
      : `Settings for your own app, saved to ${envFile}:`,
    ...variables.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    style.dim('Requests appear below.'),
  ].join('\n');
}

/** The commands to type next, each with what it does. */
function commandLines(profile: string, webhookUrl: string | null, style: Style): string[] {
  const isForListener = webhookUrl === defaultListenUrl;
  const rows = [
    [`revento -p ${profile} login`, 'consent in your browser'],
    [`revento -p ${profile} participants list`, 'read the API'],
    ...(isForListener ? ([[`revento -p ${profile} webhook listen`, 'receive webhooks']] as const) : []),
    [
      `${steering(profile)} trigger application.approved`,
      isForListener ? 'send a webhook' : `send one to ${webhookUrl}`,
    ],
    [`${steering(profile)} --help`, 'inject faults, revoke, rotate'],
  ] as const;
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(
    ([command, meaning]) =>
      `  ${style.cyan(command)}${' '.repeat(width - command.length)}  ${style.dim(`# ${meaning}`)}`,
  );
}

/** One line for a request or a delivery; a second line says what was wrong. */
export function describeEntry(entry: SandboxEntry, now: number, style: Style): string {
  const time = style.dim(new Date(now).toTimeString().slice(0, 8));
  return `${time} ${describeKind(entry, style)}`;
}

function describeKind(entry: SandboxEntry, style: Style): string {
  switch (entry.type) {
    case 'request':
      return describeRequest(entry, style);
    case 'delivery':
      return describeDelivery(entry, style);
    case 'withheld':
      return `${style.yellow('---')} ${entry.event} not delivered: ${entry.reason}`;
  }
}

/** From the end of an attempt to the next one: both are times of the sandbox, whose clock may be ahead of ours. */
export function retryDelayMs({ at, ms }: Pick<Attempt, 'at' | 'ms'>, nextAt: string | null): number {
  return Math.max(0, Date.parse(nextAt ?? '') - Date.parse(at) - ms);
}

function describeRequest({ method, path, status, ms, error, message }: RequestEntry, style: Style): string {
  const shown = status === null ? style.red('---') : statusText(status, style);
  const problem = error === null ? '' : `\n         ${style.yellow(error)}${message === null ? '' : `: ${message}`}`;
  const line = method === null ? 'unreadable request' : `${method} ${path}`;
  return `${shown} ${line} ${style.dim(`${ms} ms`)}${problem}`;
}

function describeDelivery(entry: DeliveryEntry, style: Style): string {
  const shown = entry.status === null ? style.red('---') : statusText(entry.status, style);
  const outcome =
    entry.state === 'delivered'
      ? style.green('delivered')
      : entry.state === 'dead'
        ? style.red('gave up')
        : style.yellow(`retrying in ${formatDuration(retryDelayMs(entry, entry.next_attempt_at))}`);
  const problem = entry.error === null || entry.status !== null ? '' : `\n         ${style.yellow(entry.error)}`;
  const attempt = entry.attempt === 1 ? '' : ` attempt ${entry.attempt}`;
  const signer = entry.signed_with === 'previous' ? ` ${style.dim('(signed with the previous secret)')}` : '';
  return `${shown} → ${entry.event} [${entry.delivery_id}]${attempt} ${outcome}${signer}${style.dim(`; took ${entry.ms} ms`)}${problem}`;
}

function statusText(status: number, style: Style): string {
  const paint = status < 400 ? style.green : style.red;
  return paint(`${status}`);
}
