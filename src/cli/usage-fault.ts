import type { Argument, Command, CommanderError, Option } from 'commander';
import { nearest } from '../text/suggestion.ts';

/** A command line that does not fit; `message` is one sentence without a prefix. */
export class UsageFault extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * What the parser found, in our words. A value that was typed is not repeated: it may be a secret, and this a log.
 *
 * @param name  the command's, empty for none
 * @param line  what would have fitted
 */
export function usageFault(
  error: CommanderError,
  name: string,
  {
    options,
    registeredArguments,
  }: { readonly options: readonly Option[]; readonly registeredArguments: readonly Argument[] },
): UsageFault {
  const help = `see revento ${name}${name && ' '}--help`;
  const sentence = error.message.replace(/^error: /, '');
  if (error.code === 'commander.unknownOption') return unknownOption(sentence, options, help, name !== '');
  if (error.code === 'commander.optionMissingArgument') {
    const option = options.find(({ flags }) => sentence.includes(`'${flags}'`));
    if (option !== undefined) {
      return new UsageFault(
        `option '${option.flags}' needs a value`,
        `${option.long ?? option.flags}: ${option.description}; ${help}`,
      );
    }
  }
  if (error.code === 'commander.missingArgument') {
    const argument = registeredArguments.find((one) => sentence.includes(`'${one.name()}'`));
    if (argument !== undefined) {
      const about = argument.description === '' ? '' : `<${argument.name()}>: ${argument.description}; `;
      return new UsageFault(`\`revento ${name}\` needs <${argument.name()}>`, `${about}${help}`);
    }
  }
  const [, expected, got] = /Expected (\d+) arguments? but got (\d+)/.exec(sentence) ?? [];
  if (expected !== undefined && got !== undefined) {
    const takes = expected === '0' ? 'no argument' : expected === '1' ? 'one argument' : `${expected} arguments`;
    return new UsageFault(`\`revento ${name}\` takes ${takes}, and ${got} ${got === '1' ? 'was' : 'were'} given`, help);
  }
  if (error.code === 'commander.invalidArgument') {
    const option = options.find(({ flags }) => sentence.startsWith(`option '${flags}' argument '`));
    if (option?.argChoices !== undefined) {
      return new UsageFault(`option '${option.flags}' takes one of ${option.argChoices.join(', ')}`, help);
    }
  }
  return new UsageFault(sentence, help);
}

function unknownOption(sentence: string, options: readonly Option[], help: string, isOfCommand: boolean): UsageFault {
  const [, word = ''] = /^unknown option '(.*?)'(?:\n.*)?$/s.exec(sentence) ?? [];
  const [name = ''] = word.split('=', 1);
  const own = options.find(({ long, short }) => name !== '' && (long === name || short === name));
  if (own !== undefined && name !== word) return new UsageFault(`option '${name}' takes no value`, help);
  const message = `unknown option '${shownOption(name)}'`;
  const hint = hintFor(name, options);
  if (hint !== undefined) return new UsageFault(message, hint);
  const guess = name.startsWith('--') ? nearest(name, namesOf(options, isOfCommand)) : null;
  return new UsageFault(message, guess === null ? help : `did you mean ${guess}? If not, ${help}`);
}

/** Long names of the options there are; the version is shown by the program, not by a command. */
function namesOf(options: readonly Option[], isOfCommand: boolean): string[] {
  const names = options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
  return [...names, '--help', ...(isOfCommand ? [] : ['--version'])];
}

/** As much of a word as can be the name of an option: a secret may begin with a dash as well. */
function shownOption(word: string): string {
  if (/^(-.|--[a-z][a-z0-9-]{0,30})$/.test(word)) return word;
  return `${word.slice(0, word.startsWith('--') ? 4 : 2)}…`;
}

/** Names that other tools have for what is called otherwise here. */
const otherNames: Readonly<Record<string, string>> = {
  '--format': '--output',
  '--output-format': '--output',
  '--fields': '--columns',
  '--filter': '--jq',
  '--query': '--jq',
  '--page-size': '--limit',
  '--per-page': '--limit',
  '--env': '--profile',
};
/** What other tools take as an argument, where every user of the machine can read it. */
const secretOptions: ReadonlySet<string> = new Set([
  '--token',
  '--access-token',
  '--api-key',
  '--client-secret',
  '--secret',
]);

function hintFor(unknown: string, options: readonly Option[]): string | undefined {
  if (secretOptions.has(unknown)) {
    return 'secrets are never passed as arguments; see `revento help environment` and `revento config set --help`';
  }
  const twoDashes = options.find(({ long }) => long === `-${unknown}`);
  if (twoDashes !== undefined) return `long options take two dashes: ${twoDashes.flags}`;
  const name = Object.hasOwn(otherNames, unknown) ? otherNames[unknown] : undefined;
  const meant = options.find(({ long }) => long === name);
  return name === undefined || meant === undefined ? undefined : `use ${meant.flags}: ${meant.description}`;
}

/** Where nothing is a value as good as any other. */
const mayBeEmpty: ReadonlySet<string> = new Set([
  '--jq',
  '--signature',
  '--timestamp',
  '--set',
  '--raw-field',
  '--field',
]);

/**
 * Refuses an option that was given an empty value: taken for "not given", or for a name, it would do something else
 * than a script means in which a variable is not set.
 *
 * @throws UsageFault
 */
export function refuseEmptyValues(commands: readonly Command[]): void {
  for (const command of commands) {
    for (const option of command.options) {
      const name = option.attributeName();
      const flag = option.long ?? option.flags;
      if (!option.required || mayBeEmpty.has(flag) || command.getOptionValueSource(name) !== 'cli') continue;
      const value: unknown = command.getOptionValue(name);
      if (value !== '' && !(Array.isArray(value) && value.includes(''))) continue;
      throw new UsageFault(`${flag} is empty`, `is a variable unset? To use what is set up, leave ${flag} out`);
    }
  }
}
