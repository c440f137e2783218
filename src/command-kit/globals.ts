import type { Command } from 'commander';
import { ReventoError } from '../errors/revento-error.ts';
import { type OutputFormat, outputFormats } from '../output/item.ts';

/** Options every command takes, before or after its name, as commander leaves them. */
export interface GlobalOptions {
  readonly output?: string;
  readonly json?: boolean;
  readonly jq?: string;
  readonly columns?: string;
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
}

/** What help calls the options below. */
export const globalHeading = 'Global options:';

/** The global options as commander's flags and their meaning, in the order help shows them. */
export const globalOptions: readonly (readonly [flags: string, meaning: string])[] = [
  ['-o, --output <format>', `output format: ${outputFormats.join(', ')}`],
  ['--json', 'short for --output json'],
  ['-q, --jq <expr>', 'filter the whole result with a jq expression'],
  ['--columns <list>', 'show these fields only, such as id,custom_form_fields.favorite_track'],
  ['-p, --profile <name>', 'profile to use (REVENTO_PROFILE)'],
  ['-e, --event <id>', 'event to work on (REVENTO_EVENT)'],
  ['--auth-base <url>', 'where consent and tokens come from (REVENTO_AUTH_BASE)'],
  ['--api-base <url>', 'where the read API is (REVENTO_API_BASE)'],
  ['--no-input', 'never ask; name the missing flag instead'],
  ['--no-color', 'no colour (also NO_COLOR)'],
  ['--verbose', 'show each request on stderr'],
  ['--debug', 'show headers as well, secrets masked (REVENTO_DEBUG=1)'],
];

/** Those that take a value: the word after one of these is never a command's name. */
export const valueFlags: ReadonlySet<string> = new Set(
  globalOptions.filter(([flags]) => flags.includes('<')).flatMap(([flags]) => flags.match(/--?[\w-]+/g) ?? []),
);

/** The option every command has besides. */
export const helpOption = ['-h, --help', 'show this help'] as const;

/** What the program takes without a command. */
export const versionOption = ['-V, --version', 'show the version'] as const;

/** Declares the global options on a command, under a heading of their own in its help. */
export function declareGlobals(command: Command): Command {
  command.optionsGroup(globalHeading);
  for (const [flags, meaning] of globalOptions) command.option(flags, meaning);
  return command.helpOption(...helpOption);
}

/**
 * Refuses options that contradict each other, so that none is passed over without a word. What the
 * settings say is no option: it gives way.
 *
 * @throws ReventoError `usage`
 */
export function refuseContradictions(options: GlobalOptions): void {
  const { output, json, jq } = options;
  if (json && output !== undefined && output !== 'json') {
    throw new ReventoError('usage', `--json and -o ${output} do not go together: one output has one format.`);
  }
  if (jq !== undefined && output === 'csv') {
    throw new ReventoError('usage', '--jq and -o csv do not go together: what a filter gives has no columns.', {
      hint: "leave out -o csv, and let jq write the lines: --jq '.[] | [.id, .role] | @csv'",
    });
  }
}

/**
 * The output format: `--output`, then `--json`, then what the settings say.
 *
 * @throws ReventoError `usage`
 */
export function formatOf(options: GlobalOptions, fallback: () => string): OutputFormat {
  const wanted = options.output ?? (options.json ? 'json' : fallback());
  const format = outputFormats.find((known) => known === wanted);
  if (format !== undefined) return format;
  throw new ReventoError('usage', `There is no output format ${JSON.stringify(wanted)}.`, {
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
  // In JSON it would be the same key twice.
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined) throw new ReventoError('usage', `--columns names ${JSON.stringify(twice)} twice.`);
  return paths;
}
