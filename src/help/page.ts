import type { EventEmitter } from 'node:events';
import type { Argument, Command, Option } from 'commander';
import type { CommandEntry, CommandModule, Example } from '../command-kit/command.ts';
import { globalHeading, helpOption } from '../command-kit/globals.ts';
import type { Term } from '../text/wrap.ts';

/** Options under one heading. */
interface OptionGroup {
  /** Null for those under no heading of their own. */
  readonly heading: string | null;
  readonly options: readonly Term[];
}

/** All there is to say about one command, as data: help, its man page and the reference are made of it. */
export interface CommandPage {
  /** The words the user types, without the program's name. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** The usage line, program's name included. */
  readonly usage: string;
  readonly arguments: readonly Term[];
  /** The command's own options; the global ones are not among them. */
  readonly optionGroups: readonly OptionGroup[];
  /** Paragraphs that belong to no option, separated by an empty line; empty when there are none. */
  readonly notes: string;
  readonly examples: readonly Example[];
}

/**
 * The page of a command.
 *
 * @param command  a commander command on which the module has declared itself
 */
export function pageOf(entry: CommandEntry, module: CommandModule<never>, command: Command): CommandPage {
  const options = command.options.filter((option) => !option.hidden && option.helpGroupHeading !== globalHeading);
  const headings = [...new Set(options.map((option) => option.helpGroupHeading ?? null))];
  return {
    name: entry.name,
    aliases: entry.aliases ?? [],
    summary: entry.summary,
    usage: `revento ${entry.name} ${command.usage()}`.trimEnd(),
    arguments: command.registeredArguments.filter((argument) => argument.description !== '').map(argumentTerm),
    optionGroups: headings.map((heading) => ({
      heading: heading?.replace(/:$/, '') ?? null,
      options: options.filter((option) => (option.helpGroupHeading ?? null) === heading).map(optionTerm),
    })),
    notes: notesOf(command),
    examples: Object.entries(module.examples ?? {}).map(([command, explains]) => ({ command, explains })),
  };
}

/** The page of a command; loads it. */
export async function loadPage(entry: CommandEntry): Promise<CommandPage> {
  const { module, command } = await declareCommand(entry);
  return pageOf(entry, module, command);
}

/** A command's module, loaded, and its own options and arguments as commander holds them. */
export async function declareCommand(
  entry: CommandEntry,
): Promise<{ readonly module: CommandModule<never>; readonly command: Command }> {
  const [{ Command: Commander }, module] = await Promise.all([import('commander'), entry.load()]);
  const command = new Commander(entry.name.split(' ').at(-1)).helpOption(...helpOption);
  module.declare(command);
  return { module, command };
}

function argumentTerm(argument: Argument): Term {
  return { term: argument.name(), meaning: argument.description + additions(argument.argChoices, argument) };
}

function optionTerm(option: Option): Term {
  const isShown = option.required || option.optional;
  return { term: option.flags, meaning: option.description + additions(option.argChoices, isShown ? option : null) };
}

interface Default {
  readonly defaultValue?: unknown;
  readonly defaultValueDescription?: string | undefined;
}

function additions(choices: readonly string[] | undefined, value: Default | null): string {
  const parts: string[] = [];
  if (choices !== undefined) parts.push(`one of ${choices.join(', ')}`);
  const { defaultValue, defaultValueDescription } = value ?? {};
  const isWorthTelling = defaultValue !== undefined && !(Array.isArray(defaultValue) && defaultValue.length === 0);
  if (isWorthTelling) parts.push(`default: ${defaultValueDescription ?? String(defaultValue)}`);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** Texts that were added after the help: commander hands them out through an event, which its types leave out. */
function notesOf(command: Command): string {
  let text = '';
  const write = (chunk: string) => {
    text += chunk;
  };
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.trim();
}
