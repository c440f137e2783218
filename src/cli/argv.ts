import type { CommandEntry } from '../command-kit/command.ts';
import { globalTakes, type Takes } from '../command-kit/globals.ts';

/** A word that is neither an option nor its value. */
export interface Argument {
  readonly kind: 'argument';
  readonly text: string;
  /** Its place among the words of the command line. */
  readonly at: number;
}

export interface GivenOption {
  readonly kind: 'option';
  /** As typed, without the value: `--output` or `-o`. */
  readonly name: string;
  /** The value that follows it, in the same word (`--output=json`, `-o=json`, `-ojson`) or in the next one. */
  readonly value: string | null;
  /** The place of its first word. */
  readonly at: number;
}

export interface CommandLine {
  /** The words before `--`. */
  readonly parts: readonly (Argument | GivenOption)[];
  /** The words after `--`, which belong to another program; null without `--`. */
  readonly behind: readonly string[] | null;
  /** The last option, when its value would be the next word. */
  readonly pending: GivenOption | null;
}

/**
 * Splits a command line into its parts, as the parser does.
 *
 * @param argv   the words after the program's name
 * @param takes  the known options; the word after any other option is an argument
 */
export function readArgv(argv: readonly string[], takes: ReadonlyMap<string, Takes> = globalTakes): CommandLine {
  const parts: (Argument | GivenOption)[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') return { parts, behind: argv.slice(at + 1), pending: null };
    if (!isOption(word)) {
      parts.push({ kind: 'argument', text: word, at });
      continue;
    }
    const option: GivenOption = { kind: 'option', ...split(word, takes), at };
    const awaits = option.value === null ? (takes.get(option.name) ?? 'none') : 'none';
    const next = argv[at + 1];
    if (awaits !== 'none' && next === undefined) return { parts: [...parts, option], behind: null, pending: option };
    const isValue = awaits === 'required' || (awaits === 'optional' && next !== undefined && !isOption(next));
    parts.push(isValue && next !== undefined ? { ...option, value: next } : option);
    if (isValue) at++;
  }
  return { parts, behind: null, pending: null };
}

/** A dash alone is an argument that means stdin. */
function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** The name of an option and the value in the same word. */
function split(word: string, takes: ReadonlyMap<string, Takes>): Pick<GivenOption, 'name' | 'value'> {
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? /^(-[^-])=?(.+)$/s.exec(word) ?? [];
  if (name === undefined || value === undefined) return { name: word, value: null };
  // A short option without a value (`-hx`) has no value in the same word.
  const isSplit = name.startsWith('--') || (takes.get(name) ?? 'none') !== 'none';
  return isSplit ? { name, value } : { name: word, value: null };
}

/** The options of a command line, or only those with one of the names. */
export function givenOptions({ parts }: CommandLine, ...names: readonly string[]): GivenOption[] {
  return parts.filter((part): part is GivenOption => {
    return part.kind === 'option' && (names.length === 0 || names.includes(part.name));
  });
}

/** Whether a switch is among the options; `--debug=1` is not one. */
export function hasSwitch(line: CommandLine, ...names: readonly string[]): boolean {
  return givenOptions(line, ...names).some(({ value }) => value === null);
}

/** The arguments of a command line, without the options among them. */
export function argumentsOf({ parts }: CommandLine): Argument[] {
  return parts.filter((part) => part.kind === 'argument');
}

/** The arguments that can be a command's name: those before the first option that may take one of them as its value. */
export function nameWords({ parts }: CommandLine): string[] {
  const found: string[] = [];
  for (const part of parts) {
    if (part.kind === 'argument') found.push(part.text);
    else if (!globalTakes.has(part.name) && found.length > 0) break;
  }
  return found;
}

/** The command that the words begin with: the longest name wins. */
export function commandNamed(words: readonly string[], registry: readonly CommandEntry[]): CommandEntry | null {
  for (let count = words.length; count > 0; count--) {
    const name = words.slice(0, count).join(' ');
    const found = registry.find((entry) => entry.name === name || entry.aliases?.includes(name));
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * The words with `-x=VALUE` written as `-x VALUE`, as users of Go programs mean it; the parser would make the sign part
 * of the value.
 */
export function splitShortValues(argv: readonly string[], takes: ReadonlyMap<string, Takes>): string[] {
  const given = givenOptions(readArgv(argv, takes));
  return argv.flatMap((word, index) => {
    const { name, value } = given.find(({ at }) => at === index) ?? {};
    const isAssigned = name?.length === 2 && typeof value === 'string' && word === `${name}=${value}`;
    return isAssigned ? [name, value] : [word];
  });
}
