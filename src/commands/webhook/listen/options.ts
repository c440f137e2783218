import type { Command } from 'commander';
import type { Deps } from '../../../command-kit/deps.ts';
import { redactOption } from '../../../command-kit/globals.ts';
import { collect, wholeNumber } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { parseDuration } from '../../../text/time.ts';
import { defaultHandlerPath, defaultListenPort } from '../../../webhook/defaults.ts';
import { eventTypes } from '../../../webhook/event.ts';
import { parseHeader } from '../../../webhook/listener/forward.ts';
import type { GoalOptions } from '../../../webhook/listener/goals.ts';
import type { ListenOptions } from '../../../webhook/listener/listener.ts';
import { parseRoute } from '../../../webhook/targets.ts';
import { requireKnownType, unknownTypeOption } from '../../shared/unknown-type.ts';

/** `listen`'s options as commander parses them. */
export interface WebhookListenOptions {
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly forward?: readonly string[];
  readonly forwardTo?: readonly string[];
  readonly events?: string;
  readonly onInvalid: 'reject' | 'forward' | 'exit';
  readonly header?: readonly string[];
  readonly forwardTimeout: string;
  readonly allowRemote?: boolean;
  readonly insecure?: boolean;
  readonly forwardDuplicates?: boolean;
  readonly record?: string;
  readonly pseudonyms?: boolean;
  readonly raw?: boolean;
  readonly printBody?: boolean;
  readonly redact?: boolean;
  readonly unknownType?: boolean;
  readonly count?: string;
  readonly until?: string;
  readonly expect?: string;
  readonly timeout?: string;
  readonly ui?: boolean;
  readonly uiPort?: string;
  readonly browser?: boolean;
  readonly command?: readonly string[];
}

/** The file to record to. */
export interface RecordPlan {
  readonly path: string;
  /** Null: made-up people where the file lies in a git work tree, and deliveries as they came elsewhere. */
  readonly people: 'made-up' | 'real' | null;
}

/** The same, checked and converted. */
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

export function declareListen(command: Command): Command {
  const forward = (flags: string, text: string) =>
    command.createOption(flags, text).preset('').argParser<readonly string[]>(collect);
  return command
    .argument(
      '[command...]',
      'after --: run this once ready, with the URL and the signing secret in its environment; end with its exit code',
    )
    .addOption(
      forward(
        '-f, --forward [target]',
        `forward deliveries: to a URL, a port (http://localhost:PORT${defaultHandlerPath}), or TYPE=URL for one type; repeatable (bare: port 3000)`,
      ),
    )
    .addOption(forward('--forward-to [target]', 'the same as --forward').hideHelp())
    .option('--port <port>', 'port to listen on, 0 for a free one', String(defaultListenPort))
    .option('--host <host>', 'address to listen on; localhost is 127.0.0.1 and ::1', 'localhost')
    .option('--path <path>', 'path to listen on', defaultHandlerPath)
    .option('--events <types>', 'show and forward only these, separated by commas; others are acknowledged')
    .addOption(
      command
        .createOption('--on-invalid <what>', 'answer 401, forward unverified, or end at the first one')
        .choices(['reject', 'forward', 'exit'])
        .default('reject'),
    )
    .option('-H, --header <name:value>', 'add a header to forwarded requests; repeatable', collect)
    .option('--forward-timeout <duration>', 'longest wait for a handler; Revento itself waits 10s', '9s')
    .option('--allow-remote', 'forward to other machines')
    .option('--insecure', 'accept self-signed certificates from a local https handler')
    .option('--forward-duplicates', 'also forward deliveries that were acknowledged before')
    .option('--record <file>', 'append every delivery to a file, for `webhook replay`')
    .option('--pseudonyms', 'record made-up people, signed with a key of the file (default in a git work tree)')
    .option('--raw', 'record deliveries as they came, also in a git work tree')
    .option('--ui', 'show deliveries on a page in the browser: why a signature fails, answers, replay')
    .option('--ui-port <n>', 'port of that page; implies --ui (default: 4480, or the next free one)')
    .option('--no-browser', 'only print the address of that page')
    .option('--print-body', 'show the payload of each delivery below its line')
    .option(...redactOption)
    .option(...unknownTypeOption)
    .optionsGroup('Conditions (a delivery counts once it is acknowledged with 2xx):')
    .option('--count <n>', 'end after this many deliveries')
    .option('--until <type>', 'end after a delivery of this type')
    .option('--expect <types>', 'end once each of these has arrived, separated by commas')
    .option('--timeout <duration>', 'end after this time; exit 3 if a condition is unmet then')
    .addHelpText(
      'after',
      '\nA type may end in *: application.* stands for every type that begins with "application.".\nA TYPE= target gets only those types; a target without TYPE= gets the rest.\nRunning listeners switch to signing secrets that change in their profile; those of the environment stay.\nAnyone can send an invalid delivery: only its first 4 KB are shown and recorded, within limits, and it\nnever goes through --jq.\n',
    );
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

/** The hint for a word without a flag: most likely the target to forward to. */
export function hintForLostWord(word: string): string {
  return /^(?:\d+|https?:.*)$/.test(word)
    ? `to forward there, run: revento webhook listen --forward ${shellWord(word)}`
    : 'put a command to run after dashes: revento webhook listen -- COMMAND; put a server to forward to after --forward';
}
