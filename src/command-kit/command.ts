import type { Command } from 'commander';
import type { Item, Layout } from '../output/item.ts';
import type { Deps } from './deps.ts';

/**
 * A command: what it takes, how its result is laid out, what it does.
 *
 * `run` receives the parsed options and, under their camel-cased names, the positional arguments. It yields
 * items and throws `ReventoError`; it does not print and does not exit. Its return value, when it is a number,
 * is the exit status to pass through (a child process's, for instance).
 */
export interface CommandModule<Options = Record<string, never>> {
  declare(command: Command): Command;
  /**
   * Two or three whole command lines, `revento` included, the most wanted first; each with what it does, in a few words
   * without a period. Shown in help, man page and reference, where a test parses each.
   */
  readonly examples?: Readonly<Record<string, string>>;
  readonly layout: Layout;
  /**
   * Whether the exit status is the result. Then the run continues without output when the reader of a pipe has left;
   * any other run ends there with 0.
   */
  readonly answersByStatus?: (options: Options) => boolean;
  /**
   * For a command that runs another one after `--`: the hint for a word before it. Run as a program, the value of a
   * forgotten flag could do harm.
   */
  readonly hintForLostWord?: (word: string) => string;
  run(options: Options, deps: Deps): Items;
}

/** What a run yields, and the exit status where it returns one. */
export type Items = AsyncGenerator<Item, number | undefined, void> | AsyncGenerator<Item, void, void>;

/** One use of a command, as it would be typed. */
export interface Example {
  /** The whole line, `revento` included; may be a pipeline. */
  readonly command: string;
  /** What it does, in a few words without a period. */
  readonly explains: string;
}

/** One line of the registry: enough for help, completion and "did you mean", without loading the command. */
export interface CommandEntry {
  /** The words the user types, such as `webhook listen`. */
  readonly name: string;
  readonly summary: string;
  readonly group: CommandGroup;
  readonly aliases?: readonly string[];
  load(): Promise<CommandModule<never>>;
}

export type CommandGroup = 'Login' | 'API' | 'Webhooks' | 'Sandbox' | 'Privacy' | 'Starters' | 'Settings' | 'More';
