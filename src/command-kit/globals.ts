import type { Command } from 'commander';
import { ReventoError } from '../errors/revento-error.ts';
import { type Layout, type OutputFormat, outputFormats } from '../output/item.ts';
import { collect } from './option-values.ts';

/** Options every command takes, before or after its name, as commander leaves them. */
export interface GlobalOptions {
  readonly output?: string;
  readonly json?: boolean;
  readonly jq?: string;
  /** `--arg`: `name=value`, for the filter. */
  readonly arg?: readonly string[];
  readonly columns?: string;
  readonly bom?: boolean;
  readonly out?: string;
  readonly profile?: string;
  readonly event?: string;
  readonly authBase?: string;
  readonly apiBase?: string;
  /** False when `--no-input` was given; `api` has an `--input FILE` of its own, which lands here too. */
  readonly input?: boolean | string;
  /** False when `--no-color` was given. */
  readonly color?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
  /** `--redact` of the commands that show attendees' data; what `--verbose` and `--debug` show follows it. */
  readonly redact?: boolean;
}

/** The option of every command that shows attendees' data. */
export const redactOption = ['--redact', "mask attendees' data: names, mail, answers; ids stay"] as const;

/** The option of every command that takes event types. */
export const unknownTypeOption = ['--unknown-type', 'accept an event type that this tool does not know'] as const;

/** The heading of the options below in help. */
export const globalHeading = 'Global options:';

type GlobalOption = readonly [flags: string, meaning: string, repeat?: typeof collect];

/** The global options as commander's flags and their meaning, in the order help shows them. */
export const globalOptions: readonly GlobalOption[] = [
  ['-o, --output <format>', `output format: ${outputFormats.join(', ')}`],
  ['--json', 'short for --output json'],
  ['-q, --jq <expr>', 'filter the whole result with a jq expression'],
  ['--arg <name=value>', 'make a value available to --jq as $name (repeatable)', collect],
  ['--columns <list>', 'show only these fields, such as id,custom_form_fields.favorite_track'],
  ['--bom', 'begin CSV with a byte order mark, for Excel'],
  ['--out <file>', 'write the output to a file, which changes only if the run succeeds'],
  ['-p, --profile <name>', 'profile to use (REVENTO_PROFILE)'],
  ['-e, --event <id>', 'event to work on (REVENTO_EVENT)'],
  ['--auth-base <url>', 'base URL of the authorization server (REVENTO_AUTH_BASE)'],
  ['--api-base <url>', 'base URL of the API (REVENTO_API_BASE)'],
  ['--no-input', 'never prompt; fail and name the missing flag'],
  ['--no-color', 'no color (also NO_COLOR)'],
  ['--verbose', 'show each request on stderr'],
  ['--debug', 'show headers as well, with secrets masked (REVENTO_DEBUG=1)'],
];

/** The option that every command has in addition. */
export const helpOption = ['-h, --help', 'show this help'] as const;

/** What the program takes without a command. */
export const versionOption = ['-V, --version', 'show the version'] as const;

/** Whether the word after an option is its value: never, unless it is an option itself, or always. */
export type Takes = 'none' | 'optional' | 'required';

/** The options that need no command, by each of their names: the word after one is a command's name only if it takes none. */
export const globalTakes: ReadonlyMap<string, Takes> = new Map(
  [...globalOptions, helpOption, versionOption].flatMap(([flags]) =>
    namesIn(flags).map((name): [string, Takes] => [name, flags.includes('<') ? 'required' : 'none']),
  ),
);

function namesIn(flags: string): readonly string[] {
  return flags.match(/(?<![\w-])--?[\w-]+/g) ?? [];
}

/** Declares the global options on a command, under their own heading in its help. */
export function declareGlobals(command: Command): Command {
  command.optionsGroup(globalHeading);
  for (const [flags, meaning, repeat] of globalOptions) {
    if (repeat === undefined) command.option(flags, meaning);
    else command.option(flags, meaning, repeat);
  }
  return command.helpOption(...helpOption);
}

/**
 * Refuses options that contradict each other, so that none is silently ignored. Options override the settings.
 *
 * @throws ReventoError `usage`
 */
export function refuseContradictions(options: GlobalOptions): void {
  const { output, json, jq, arg, bom, columns } = options;
  if (json && output !== undefined && output !== 'json') {
    throw new ReventoError('usage', `--json can't be combined with -o ${output}: one output has one format.`);
  }
  if (jq !== undefined && output === 'csv') {
    throw new ReventoError('usage', "--jq can't be combined with -o csv: a filter's output has no columns.", {
      hint: "leave out -o csv, and let jq write the lines: --jq '.[] | [.id, .role] | @csv'",
    });
  }
  if (jq !== undefined && columns !== undefined) {
    throw new ReventoError('usage', '--jq and --columns both choose fields: use one of them.', {
      hint: "with --jq: --jq '.[] | {id, role}'",
    });
  }
  if (arg !== undefined && jq === undefined) {
    throw new ReventoError('usage', '--arg passes a value to --jq, which is missing.', {
      hint: "such as --arg role=speaker --jq '.[] | select(.role == $role)'",
    });
  }
  if (bom && output !== undefined && output !== 'csv') {
    throw new ReventoError('usage', `--bom is for -o csv, not for -o ${output}.`);
  }
}

/**
 * The output format: `--output`, then `--json`, then, for a list or document, what the settings say. The settings do
 * not apply to streams and to text for a shell: `$(revento token)` has to stay a token.
 *
 * @throws ReventoError `usage`
 */
export function formatOf(
  options: GlobalOptions,
  { shape, isText }: Pick<Layout, 'shape' | 'isText'>,
  setting: () => string,
): OutputFormat {
  const isLeftAlone = isText === true || shape === 'events';
  const wanted = options.output ?? (options.json ? 'json' : isLeftAlone ? 'table' : setting());
  const format = outputFormats.find((known) => known === wanted);
  if (format !== undefined) return format;
  throw new ReventoError('usage', `Unknown output format ${JSON.stringify(wanted)}.`, {
    hint: `use one of ${outputFormats.join(', ')}`,
  });
}

/** Column paths of `--columns`, null when not given. */
export function columnsOf(options: GlobalOptions): readonly string[] | null {
  if (options.columns === undefined) return null;
  const paths = options.columns.split(',').map((path) => path.trim());
  if (paths.some((path) => path === '')) {
    throw new ReventoError('usage', '--columns takes names separated by commas, such as id,role');
  }
  // JSON would have the same key twice.
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined) throw new ReventoError('usage', `--columns names ${JSON.stringify(twice)} twice.`);
  return paths;
}
