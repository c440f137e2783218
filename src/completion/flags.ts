import type { Option } from 'commander';
import { globalOptions, helpOption } from '../command-kit/globals.ts';

/** An option as far as completion is concerned. */
export interface Flag {
  readonly long: string;
  readonly short: string | null;
  readonly about: string;
  /** Whether a word follows it. */
  readonly value: 'none' | 'optional' | 'required';
  /** The placeholder of the value in usage. */
  readonly placeholder: string;
  /** The only values there are, when they are few. */
  readonly choices: readonly string[];
  readonly isHidden: boolean;
  /** It may be given more than once. */
  readonly isRepeatable: boolean;
}

/** Global options, from their rows: this needs no commander. */
export function globalFlags(): Flag[] {
  return [...globalOptions, helpOption].map(([flags, about]) => ({
    long: /--[\w-]+/.exec(flags)?.[0] ?? flags,
    short: /^-\w\b/.exec(flags)?.[0] ?? null,
    about,
    value: flags.includes('<') ? 'required' : 'none',
    placeholder: placeholderOf(flags),
    choices: [],
    isHidden: false,
    isRepeatable: false,
  }));
}

/** The options a command has declared. */
export function flagsOf(options: readonly Option[]): Flag[] {
  return options.map((option) => ({
    long: option.long ?? option.flags,
    short: option.short ?? null,
    about: option.description,
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    placeholder: placeholderOf(option.flags),
    choices: option.argChoices ?? [],
    isHidden: option.hidden,
    isRepeatable: option.variadic || (option.parseArg !== undefined && option.argChoices === undefined),
  }));
}

/** The flag a word is, with or without a value of its own (`--output`, `--output=json`, `-o`). */
export function flagOf(word: string, flags: readonly Flag[]): Flag | undefined {
  const name = word.startsWith('--') ? word.replace(/=.*$/s, '') : word;
  return flags.find(({ long, short }) => long === name || short === name);
}

function placeholderOf(flags: string): string {
  return /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
}
