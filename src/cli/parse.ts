import type { Command, CommanderError, Option } from 'commander';
import type { CommandEntry, CommandModule } from '../command-kit/command.ts';
import { declareGlobals, type GlobalOptions, helpOption, type Takes } from '../command-kit/globals.ts';
import { membersOf } from '../command-kit/group.ts';
import type { Style } from '../text/style.ts';
import {
  argumentsOf,
  type CommandLine,
  commandNamed,
  givenOptions,
  hasSwitch,
  nameWords,
  readArgv,
  splitShortValues,
} from './argv.ts';
import { refuseEmptyValues, UsageFault, usageFault } from './usage-fault.ts';

/** What the command line asks for. */
export type Invocation =
  | {
      readonly kind: 'command';
      readonly entry: CommandEntry;
      readonly module: CommandModule<never>;
      readonly options: Options;
    }
  /** Text for stdout: help or the version. */
  | { readonly kind: 'text'; readonly text: string };

/** Options and positional arguments of the command, merged with the global ones. */
type Options = GlobalOptions & Readonly<Record<string, unknown>>;

/**
 * Parses the command line against the registry. Only the named command's module is loaded, and none for the help of
 * everything or of a group.
 *
 * @param style  for help
 * @throws UsageFault
 */
export async function parse(
  argv: readonly string[],
  registry: readonly CommandEntry[],
  style: Style,
): Promise<Invocation> {
  const args = withoutHelpWord(argv, registry);
  const entry = commandNamed(nameWords(readArgv(args)), registry);
  return entry === null ? withoutCommand(args, registry, style) : withCommand(args, entry, registry, style);
}

/** Without a command, only help and the version are available. */
async function withoutCommand(
  args: readonly string[],
  registry: readonly CommandEntry[],
  style: Style,
): Promise<Invocation> {
  const line = readArgv(args);
  const words = nameWords(line);
  const path = words.join(' ');
  if (path !== '' && !isGroupName(path, registry)) {
    // The word after an unknown option may be its value; then the option is what is wrong.
    await parseGlobals(args.slice(0, argumentsOf(line)[0]?.at), '');
    const { unknownCommand } = await import('../help/unknown-command.ts');
    const { message, hint } = unknownCommand(words, registry);
    throw new UsageFault(message, hint);
  }
  if (hasSwitch(line, '--version', '-V')) {
    return { kind: 'text', text: `${typeof REVENTO_VERSION === 'string' ? REVENTO_VERSION : 'unbuilt'}\n` };
  }
  await parseGlobals(args, path);
  // Showing help would exit with 0, in a script that meant to run something.
  if (line.behind !== null && line.behind.length > 0) {
    throw new UsageFault('no command before `--`', 'remove the `--`, or put it after the command');
  }
  const { groupHelp, rootHelp } = await import('../help/text.ts');
  return { kind: 'text', text: path === '' ? rootHelp(registry, style) : groupHelp(path, registry, style) };
}

/** @throws UsageFault for an option that is not a global one */
async function parseGlobals(args: readonly string[], path: string): Promise<void> {
  if (givenOptions(readArgv(args)).every(({ name }) => name === '-h' || name === '--help')) return;
  const { Command: Commander, CommanderError } = await import('commander');
  const root = declareGlobals(quiet(new Commander('revento').argument('[words...]')));
  try {
    root.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== 'commander.helpDisplayed') throw usageFault(error, path, root);
  }
}

async function withCommand(
  args: readonly string[],
  entry: CommandEntry,
  registry: readonly CommandEntry[],
  style: Style,
): Promise<Invocation> {
  const { Command: Commander, CommanderError } = await import('commander');
  const root = declareGlobals(quiet(new Commander('revento')));
  let node = root;
  const words = entry.name.split(' ');
  for (const word of words) {
    const child = quiet(new Commander(word)).helpOption(...helpOption);
    node.addCommand(child);
    node = child;
  }
  for (const alias of entry.aliases ?? []) node.alias(alias);
  const module = await entry.load();
  module.declare(node);
  declareGlobals(node);
  let options: Options | null = null;
  node.action(() => {
    options = optionsOf(node, root);
  });

  const takes = takesOf([...node.options, ...root.options]);
  const line = readArgv(args, takes);
  try {
    await root.parseAsync(splitShortValues(args, takes), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== 'commander.helpDisplayed') throw await faultOf(error, line, { entry, node, registry });
  }
  if (options !== null) {
    refuseLostWord(module, node.args, line);
    refuseEmptyValues([node, root]);
    return { kind: 'command', entry, module, options };
  }
  const [{ pageOf }, { commandHelp }] = await Promise.all([import('../help/page.ts'), import('../help/text.ts')]);
  return { kind: 'text', text: commandHelp(pageOf(entry, module, node), style) };
}

/** @throws UsageFault for a word before the `--` of a command that runs another one */
function refuseLostWord(
  { hintForLostWord }: CommandModule<never>,
  words: readonly string[],
  { behind }: CommandLine,
): void {
  const [first] = words;
  if (hintForLostWord === undefined || first === undefined || words.length === behind?.length) return;
  throw new UsageFault('unexpected argument before `--`', hintForLostWord(first));
}

function takesOf(options: readonly Option[]): ReadonlyMap<string, Takes> {
  return new Map(
    options.flatMap(({ long, short, required, optional }) =>
      [long, short].map((name): [string, Takes] => [
        name ?? '',
        required ? 'required' : optional ? 'optional' : 'none',
      ]),
    ),
  );
}

/** commander neither prints nor exits here: its messages are thrown as errors. Nor does it look at stdout, which opens it. */
function quiet(command: Command): Command {
  const ignore = () => undefined;
  return command
    .exitOverride()
    .configureOutput({ writeOut: ignore, writeErr: ignore, getOutHelpWidth: () => 0, getOutHasColors: () => false })
    .configureHelp({ formatHelp: () => '' })
    .helpCommand(false);
}

async function faultOf(
  error: CommanderError,
  line: CommandLine,
  { entry: { name }, node, registry }: { entry: CommandEntry; node: Command; registry: readonly CommandEntry[] },
): Promise<UsageFault> {
  const fault = usageFault(error, name, node);
  const members = membersOf(name, registry).map(({ command }) => command.name);
  if (error.code === 'commander.excessArguments' && members.length > 0) {
    const { nearest } = await import('../text/suggestion.ts');
    const meant = nearest(nameWords(line).join(' '), members);
    return meant === null ? fault : new UsageFault(fault.message, `did you mean \`revento ${meant}\`?`);
  }
  if (!needsDashes(line, node)) return fault;
  return new UsageFault(fault.message, `is it for the command? Put -- before that: revento ${name} -- COMMAND`);
}

/** Whether an unknown option was meant for the command to run, which has to come after `--`. */
function needsDashes({ behind }: CommandLine, { registeredArguments, args: words }: Command): boolean {
  const runsCommand = registeredArguments.some((argument) => argument.variadic && argument.name() === 'command');
  return runsCommand && words.length > 0 && behind === null;
}

/** `help COMMAND` is `COMMAND --help`; `help TOPIC` is a command of its own. */
function withoutHelpWord(argv: readonly string[], registry: readonly CommandEntry[]): readonly string[] {
  const line = readArgv(argv);
  const [first, ...words] = nameWords(line);
  if (first !== 'help' || commandNamed(nameWords(line), registry)?.name.startsWith('help ')) return argv;
  const args = argv.filter((_word, index) => index !== argumentsOf(line)[0]?.at);
  const isKnown =
    words.length === 0 || commandNamed(words, registry) !== null || isGroupName(words.join(' '), registry);
  return isKnown ? [...args, '--help'] : args;
}

function isGroupName(words: string, registry: readonly CommandEntry[]): boolean {
  return membersOf(words, registry).length > 0;
}

/** Local values over global ones, positional arguments under their camel-cased names. */
function optionsOf(node: Command, root: Command): Options {
  const merged: Record<string, unknown> = { ...root.opts() };
  for (const [name, value] of Object.entries(node.opts())) {
    const isGiven = node.getOptionValueSource(name) !== 'default';
    if (isGiven || merged[name] === undefined || root.getOptionValueSource(name) === 'default') merged[name] = value;
  }
  node.registeredArguments.forEach((argument, index) => {
    const name = argument.name().replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
    merged[name] = node.processedArgs[index];
  });
  return merged as Options;
}
