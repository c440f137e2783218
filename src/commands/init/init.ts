import { randomBytes } from 'node:crypto';
import { relative, resolve } from 'node:path';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { exitStatus, ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { type Item, valueItem } from '../../output/item.ts';
import { existingFiles, placeFiles, refuseBlocked } from '../../starters/place.ts';
import { type Files, type Framework, projectFiles, type Starter } from '../../starters/starter.ts';
import { starterFor, starters } from '../../starters/starters.ts';
import { adviceOn } from '../../text/suggestion.ts';
import { reportFormats } from '../shared/report-form.ts';
import { checked, refuseFormat, refuseForWriting } from './check.ts';
import { askedFramework, askedLanguage } from './dialog.ts';
import type { InitOptions } from './options.ts';

const names = starters.map(({ language }) => language);

/**
 * `revento init`: writes a complete starter integration.
 *
 * It also writes a `.env` with a new key for the stored tokens. An existing `.env` is never changed: without its key
 * the stored logins of that project could not be decrypted.
 */
export const init: CommandModule<InitOptions> = {
  declare: (command) =>
    command
      .argument('[language]', names.join(', '))
      .argument('[dir]', 'target directory (default: revento-LANGUAGE)')
      .option('--framework <name>', 'web framework, for languages with more than one (see --list)')
      .option('--force', 'overwrite existing files, except .env')
      .option('--no-install', 'do not install the dependencies')
      .option('--list', 'list the languages and their requirements')
      .option('--check <dir>', 'test a project instead, as `revento certify` does in its directory')
      .addOption(command.createOption('--format <format>', 'format of the report of --check').choices(reportFormats))
      .addHelpText(
        'after',
        '\nWith --check, exits with 3 when a rule or a case of `revento webhook check` is broken.\n',
      ),
  examples: {
    'revento init node': 'a starter integration in ./revento-node',
    'revento init --list': 'the languages',
    'revento init --check revento-node': 'all rules and webhook cases, for that project',
  },
  layout: { shape: 'value' },
  answersByStatus: ({ check }) => check !== undefined,

  async *run(options, deps) {
    const { language, dir, framework, force = false, install, list = false, check, format } = options;
    if (check !== undefined) return yield* checked(check, options, deps);
    refuseFormat(format);
    if (list) {
      refuseForWriting('--list', options, '--list shows all languages and their frameworks');
      yield listed();
      return undefined;
    }
    const { signal } = deps;
    const starter = chosen(language ?? (await askedLanguage(deps)));
    const isAsked = language === undefined && framework === undefined;
    const variant = isAsked ? await askedFramework(starter, deps) : chosenFramework(starter, framework);
    const directory = resolve(nameable(dir ?? `revento-${starter.language}`));
    const files = await filesOf(starter, variant);
    await refuseBlocked(directory, files);
    const taken = await existingFiles(directory, files);
    if (taken.length > 0 && !force) throw inTheWay(directory, taken);
    const isNew = (await existingFiles(directory, { '.env': '' })).length === 0;
    await placeFiles(
      directory,
      { ...files, ...(isNew && { '.env': environment(files) }) },
      { isReplacing: force, signal },
    );
    const command = install && typeof starter.install === 'object' ? starter.install : null;
    const status = command === null ? null : await fetched(command, directory, deps);
    yield written({ starter, variant, directory, files, isInstalled: status === 0 });
    // Ctrl-C ends the package manager, and may reach this process a moment later.
    if (status === exitStatus.interrupted) return status;
    signal.throwIfAborted();
    return status === null || status === 0 ? undefined : exitStatus.failed;
  },
};

function chosen(language: string): Starter {
  const found = starterFor(language);
  if (found !== undefined) return found;
  throw new ReventoError('usage', `Unknown language ${JSON.stringify(language)}.`, {
    hint: adviceOn(language, names, `languages are ${names.join(', ')}`),
  });
}

function chosenFramework({ language, frameworks }: Starter, name: string | undefined): Framework {
  if (name === undefined) return frameworks[0];
  const found = frameworks.find((row) => row.name === name);
  if (found !== undefined) return found;
  throw new ReventoError('usage', `The ${language} starter has no framework ${JSON.stringify(name)}.`, {
    hint: `give --framework one of ${frameworks.map((row) => row.name).join(', ')}`,
  });
}

/**
 * The same directory. An empty one is mostly a variable that is not set, and not meant to be the current directory; one
 * with control characters could not be typed as it is shown.
 */
function nameable(dir: string): string {
  if (dir !== '' && !/\p{Cc}/u.test(dir)) return dir;
  throw new ReventoError('usage', `${JSON.stringify(dir)} can't be the name of a directory.`, {
    hint: dir === '' ? 'for the current directory, give .' : 'give a name without control characters',
  });
}

function inTheWay(directory: string, taken: readonly string[]): ReventoError {
  const shown = taken.slice(0, 3).join(', ') + (taken.length > 3 ? ` and ${taken.length - 3} more` : '');
  return new ReventoError('usage', `${directory} already has ${shown}. Nothing was written.`, {
    hint: 'give another directory, or --force to replace them',
  });
}

/** The files of the template, and those of the known event types. */
async function filesOf(starter: Starter, variant: Framework): Promise<Files> {
  const { eventFiles } = await import('../../webhook/schema/typings/files.ts');
  const events = Object.entries(eventFiles(starter.types)).map(([name, text]) => [`events/${name}`, text] as const);
  return { ...projectFiles((await starter.files()).default, variant), ...Object.fromEntries(events) };
}

/** The text of `.env`: the example with a new key. */
function environment(files: Readonly<Record<string, string>>): string {
  const key = randomBytes(32).toString('base64');
  return (files['.env.example'] ?? '').replace(/^REVENTO_TOKEN_KEY=$/m, `REVENTO_TOKEN_KEY=${key}`);
}

/** Runs the package manager in the project; its output goes to stderr. Its status; 1 when it cannot be run. */
async function fetched(
  command: readonly string[],
  directory: string,
  { spawn, childEnv, terminal }: Pick<Deps, 'childEnv' | 'spawn' | 'terminal'>,
): Promise<number> {
  let status: number = exitStatus.failed;
  let fault: string;
  try {
    status = await spawn(command, childEnv, { stdout: 'stderr', directory });
    if (status === 0) return status;
    fault = `\`${command.join(' ')}\` ended with status ${status}`;
  } catch (error) {
    if (!(error instanceof ReventoError)) throw error;
    fault = error.message;
  }
  terminal.notice(`warning: the dependencies are not installed: ${fault}`);
  return status;
}

function listed(): Item {
  const data = starters.map(({ language, title, frameworks, needs, untested }) => ({
    language,
    title,
    frameworks: frameworks.map(({ name }) => name),
    needs,
    untested: untested ?? null,
  }));
  const width = Math.max(...names.map((name) => name.length));
  return valueItem(data, (style) =>
    data
      .flatMap(({ language, frameworks, needs, untested }) => [
        `${style.bold(language.padEnd(width))}  ${frameworks.join(', ')}; needs ${needs}`,
        ...(untested === null ? [] : [`${' '.repeat(width)}  ${untested}`]),
      ])
      .join('\n'),
  );
}

function written({ starter, variant, directory, files, isInstalled }: Written): Item {
  const below = relative(process.cwd(), directory);
  // `cd` would take it for an option.
  const here = below.startsWith('-') ? `./${below}` : below;
  const next = [
    ...(here === '' ? [] : [`cd ${shellWord(here.startsWith('..') ? directory : here)}`]),
    ...(isInstalled || starter.install === null ? [] : [[starter.install].flat().join(' ')]),
    'revento sandbox start --webhook-url http://localhost:3000/webhooks/revento --write-env .env',
    starter.start,
  ];
  return valueItem(
    {
      language: starter.language,
      framework: variant.name,
      directory,
      files: Object.keys(files),
      is_installed: isInstalled,
      next,
    },
    (style) =>
      [
        `${style.green('✓')} ${starter.title} integration in ${directory}`,
        '',
        'Next:',
        ...next.slice(0, -1).map((line) => `  ${line}`),
        `  ${starter.start}  # in another terminal, in the same directory`,
        '',
        'Then open http://localhost:3000/connect',
      ].join('\n'),
  );
}

interface Written {
  readonly starter: Starter;
  readonly variant: Framework;
  readonly directory: string;
  readonly files: Readonly<Record<string, string>>;
  readonly isInstalled: boolean;
}
