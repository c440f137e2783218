import type { Command } from 'commander';
import type { CommandEntry, CommandModule } from './commands/command.ts';
import { declareGlobals, type GlobalOptions, valueFlags } from './commands/globals.ts';

/** What the command line asks for. */
export type Invocation =
  | {
      readonly kind: 'command';
      readonly entry: CommandEntry;
      readonly module: CommandModule<never>;
      readonly options: Options;
    }
  /** Text for stdout: help, or the version. */
  | { readonly kind: 'text'; readonly text: string };

/** Options and positional arguments of the command, merged with the global ones. */
export type Options = GlobalOptions & Readonly<Record<string, unknown>>;

/** A command line that does not fit; `message` is the parser's sentence without its prefix. */
export class UsageFault extends Error {
  readonly command: string;

  constructor(message: string, command: string) {
    super(message);
    this.command = command;
  }
}

/**
 * The command that the arguments name, found without parsing options: the longest run of words that is a name.
 *
 * @returns the entry, and the words in front of it that matched (a group's name when nothing more did)
 */
export function locate(argv: readonly string[], registry: readonly CommandEntry[]): CommandEntry | null {
  const words = commandWords(argv);
  for (let count = words.length; count > 0; count--) {
    const name = words.slice(0, count).join(' ');
    const found = registry.find((entry) => entry.name === name || entry.aliases?.includes(name));
    if (found) return found;
  }
  return null;
}

/** The first words that are not options, at most three: no name is longer. */
function commandWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length && words.length < 3; i++) {
    const word = argv[i] as string;
    if (word === '--') break;
    if (!word.startsWith('-')) words.push(word);
    else if (valueFlags.has(word)) i++;
    else if (words.length > 0) break;
  }
  return words;
}

/**
 * Parses the command line against the registry. Only the named command's module is loaded; the others appear in
 * help and suggestions by their registry line.
 *
 * @throws UsageFault
 */
export async function parse(argv: readonly string[], registry: readonly CommandEntry[]): Promise<Invocation> {
  const { Command: Commander, CommanderError } = await import('commander');
  const args = withoutHelpWord(argv, registry);
  const named = locate(args, registry);
  let text = '';
  let errorText = '';
  let invoked: Invocation | null = null;

  const configure = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({
        writeOut: (chunk) => {
          text += chunk;
        },
        writeErr: (chunk) => {
          errorText += chunk;
        },
      })
      .configureHelp({ showGlobalOptions: false })
      .helpCommand(false);

  const root = configure(new Commander('revento'))
    .description('The developer tool for Revento: login, read API, signed webhooks, and a sandbox to try it all.')
    .usage('COMMAND [options]');
  const nodes = new Map<string, Command>([['', root]]);
  const nodeFor = (path: string): Command => {
    const known = nodes.get(path);
    if (known) return known;
    const words = path.split(' ');
    const parent = nodeFor(words.slice(0, -1).join(' '));
    const node = configure(new Commander(words.at(-1)));
    parent.addCommand(node);
    nodes.set(path, node);
    return node;
  };

  for (const entry of registry) {
    const node = nodeFor(entry.name);
    node.summary(entry.summary).description(entry.summary);
    for (const alias of entry.aliases ?? []) node.alias(alias);
    if (!entry.name.includes(' ')) node.helpGroup(`${entry.group}:`);
    if (entry !== named) continue;
    const module = await entry.load();
    module.declare(node);
    declareGlobals(node);
    node.action(() => {
      invoked = { kind: 'command', entry, module, options: optionsOf(node, root) };
    });
  }
  for (const [path, node] of nodes) {
    const isGroup = !registry.some((entry) => entry.name === path);
    if (path !== '' && isGroup) {
      const members = registry.filter((entry) => entry.name.startsWith(`${path} `));
      node.summary(members.map((entry) => entry.name.slice(path.length + 1)).join(', ')).description(groupTitle(path));
      node.helpGroup(`${members[0]?.group ?? 'More'}:`);
    }
  }
  declareGlobals(root);

  try {
    await root.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === 'commander.help') return { kind: 'text', text: text || errorText };
    const sentence = error.message.replace(/^error: /, '').replace(/\n\(/, ' (');
    throw new UsageFault(sentence, named?.name ?? '');
  }
  return invoked ?? { kind: 'text', text: text || root.helpInformation() };
}

/**
 * `help COMMAND` is `COMMAND --help`; `help TOPIC` is a command of its own. Help of a command that does not exist
 * is an unknown command, not the help of everything.
 */
function withoutHelpWord(argv: readonly string[], registry: readonly CommandEntry[]): readonly string[] {
  const isTopic = locate(argv, registry)?.name.startsWith('help ') === true;
  const args = argv[0] === 'help' && !isTopic ? [...argv.slice(1), '--help'] : argv;
  const words = commandWords(args).join(' ');
  const isKnown =
    words === '' || locate(args, registry) !== null || registry.some(({ name }) => name.startsWith(`${words} `));
  return isKnown ? args : args.filter((word) => word !== '--help' && word !== '-h');
}

function groupTitle(path: string): string {
  return `Commands of \`revento ${path}\`.`;
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
