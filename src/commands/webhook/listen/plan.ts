import type { Deps } from '../../../command-kit/deps.ts';
import { wholeNumber } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { parseDuration } from '../../../text/time.ts';
import { eventTypes } from '../../../webhook/event.ts';
import { parseHeader } from '../../../webhook/listener/forward.ts';
import type { GoalOptions } from '../../../webhook/listener/goals.ts';
import type { ListenOptions } from '../../../webhook/listener/listener.ts';
import { parseRoute } from '../../../webhook/targets.ts';
import { requireKnownType } from '../../shared/unknown-type.ts';
import type { WebhookListenOptions } from './options.ts';

/** The file to record to. */
export interface RecordPlan {
  readonly path: string;
  /** Null: made-up people where the file lies in a git work tree, and deliveries as they came elsewhere. */
  readonly people: 'made-up' | 'real' | null;
}

/** The options of `listen`, checked and converted. */
export interface ListenPlan {
  readonly listen: Omit<ListenOptions, 'secrets' | 'renewSecrets'>;
  readonly isRemoteAllowed: boolean;
  readonly isCertificateIgnored: boolean;
  readonly endsOnInvalid: boolean;
  readonly goals: GoalOptions;
  readonly timeoutMs: number | null;
  readonly record: RecordPlan | null;
  /** Null without a page. */
  readonly page: { readonly port: number | null; readonly isBrowserOpened: boolean } | null;
  /** Text shows the payload of each delivery. */
  readonly isBodyPrinted: boolean;
  /** What is printed has no attendees' data; the recording and the page are as without it. */
  readonly isRedacted: boolean;
  readonly command: readonly string[];
}

/**
 * Checks the options and puts them in the form the listener takes.
 *
 * @throws ReventoError `usage`
 */
export function planListen(
  options: WebhookListenOptions,
  { terminal, format, isFiltered }: Pick<Deps, 'terminal' | 'format' | 'isFiltered'>,
): ListenPlan {
  const isRemoteAllowed = options.allowRemote === true;
  const isCertificateIgnored = options.insecure === true;
  if (isRemoteAllowed && isCertificateIgnored) {
    throw new ReventoError(
      'usage',
      '--insecure only works for handlers on this machine, so it cannot be combined with --allow-remote.',
      {
        hint: 'name the root or the certificate of the other machine in NODE_EXTRA_CA_CERTS',
      },
    );
  }
  const targets = [...(options.forward ?? []), ...(options.forwardTo ?? [])];
  const routes = targets.map((target) => parseRoute(target, { isRemoteAllowed }));
  for (const { warning } of routes) if (warning !== null) terminal.notice(`warning: ${warning}`);
  const types = options.events === undefined ? null : listOf(options.events, '--events');
  const goals: GoalOptions = {
    count: options.count === undefined ? null : wholeNumber('--count', options.count, 1, 1_000_000_000),
    until: options.until ?? null,
    expect: options.expect === undefined ? [] : listOf(options.expect, '--expect'),
  };
  const named = [...routes.map(({ type }) => type), ...(types ?? []), goals.until, ...goals.expect];
  if (!options.unknownType) for (const type of named) if (type !== null) requireKnownType(type, { isPattern: true });
  const command = options.command ?? [];
  return {
    listen: {
      host: options.host,
      port: wholeNumber('--port', options.port, 0, 65_535),
      path: pathOf(options.path),
      routes,
      types,
      isInvalidForwarded: options.onInvalid === 'forward',
      areDuplicatesForwarded: options.forwardDuplicates === true,
      extraHeaders: (options.header ?? []).map(parseHeader),
      isOrderKept: isFiltered || format !== 'table',
      forwardTimeoutMs: positive(parseDuration(options.forwardTimeout)),
    },
    isRemoteAllowed,
    isCertificateIgnored,
    endsOnInvalid: options.onInvalid === 'exit',
    goals,
    timeoutMs: options.timeout === undefined ? null : positive(parseDuration(options.timeout)),
    record: recordOf(options),
    page: pageOf(options),
    isBodyPrinted: options.printBody === true,
    isRedacted: options.redact === true,
    command,
  };
}

function recordOf({ record, pseudonyms = false, raw = false }: WebhookListenOptions): RecordPlan | null {
  if (pseudonyms && raw) {
    throw new ReventoError(
      'usage',
      "--pseudonyms can't be combined with --raw: a recording has made-up people or real ones.",
    );
  }
  if (record !== undefined) return { path: record, people: pseudonyms ? 'made-up' : raw ? 'real' : null };
  if (!pseudonyms && !raw) return null;
  throw new ReventoError('usage', `${raw ? '--raw' : '--pseudonyms'} needs --record.`, { hint: 'add --record FILE' });
}

function pageOf({ ui, uiPort, browser }: WebhookListenOptions): ListenPlan['page'] {
  if (ui !== true && uiPort === undefined) return null;
  return {
    port: uiPort === undefined ? null : wholeNumber('--ui-port', uiPort, 0, 65_535),
    isBrowserOpened: browser !== false,
  };
}

function positive(ms: number): number {
  if (ms > 0) return ms;
  throw new ReventoError('usage', 'A time limit must be longer than 0.');
}

function pathOf(text: string): string {
  if (/^\/(?!\/)[!-~]*$/.test(text) && !/[?#]/.test(text)) return text;
  throw new ReventoError('usage', `--path ${JSON.stringify(text)} is not a path; it begins with / and has no ? or #.`);
}

function listOf(text: string, flag: string): readonly string[] {
  const types = text.split(',').map((type) => type.trim());
  if (types.every((type) => type !== '')) return types;
  throw new ReventoError('usage', `${flag} takes event types separated by commas, such as ${eventTypes[1]?.type}.`);
}
