import type { Argument } from 'commander';
import { argumentsOf, commandNamed, givenOptions, readArgv } from '../cli/argv.ts';
import type { CommandEntry } from '../command-kit/command.ts';
import { memberList, membersOf } from '../command-kit/group.ts';
import { type Candidate, type Completion, nothing } from './candidate.ts';
import { type Flag, flagOf, flagsOf, globalFlags } from './flags.ts';
import {
  argumentSources,
  globalSources,
  type Known,
  optionSources,
  placeholderSources,
  type Question,
  type Source,
} from './sources.ts';

/** The words before the one under the cursor, parsed as far as possible. */
interface Line {
  /** The longest command name it begins with, or null. */
  readonly entry: CommandEntry | null;
  /** Words that are neither options nor their values, a leading `help` left out. */
  readonly words: readonly string[];
  readonly isHelp: boolean;
  readonly flags: readonly Flag[];
  readonly given: ReadonlySet<Flag>;
  /** The option that the word under the cursor is the value of. */
  readonly pending: Flag | null;
  readonly profile: string | null;
  readonly event: string | null;
  readonly arguments: readonly Argument[];
  /** The position of the other program after `--`; null without `--`. */
  readonly programAt: number | null;
}

/**
 * Completions of the last word.
 *
 * @param words  of the command line after the program's name, unquoted; the last one is being typed and may be empty
 */
export async function complete(
  words: readonly string[],
  registry: readonly CommandEntry[],
  known: Known,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const line = await read(words.slice(0, -1), registry);
  const command = line.entry?.name ?? '';
  const given = line.words.slice(line.entry?.name.split(' ').length ?? 0);
  const question = { command, before: given, profile: line.profile, event: line.event, known };
  if (line.programAt !== null) return afterDashes(line.arguments, line.programAt);
  const isOption = typed.startsWith('-') && line.pending?.value !== 'required';
  if (line.pending !== null && !isOption) return valuesOf(line.pending, '', { ...question, typed });

  const assigned = /^(--[\w-]+=)(.*)$/s.exec(typed);
  if (assigned !== null) {
    const [, start = '', value = ''] = assigned;
    const flag = flagOf(start, line.flags);
    return flag === undefined || flag.value === 'none' ? nothing : valuesOf(flag, start, { ...question, typed: value });
  }
  if (typed.startsWith('-')) return only(flagCandidates(line), typed);

  const names = namesAfter(line, registry);
  if (line.isHelp || line.entry === null) return only(names, typed);
  return withMore(only(names, typed), await argumentOf(line, { ...question, typed }));
}

async function read(before: readonly string[], registry: readonly CommandEntry[]): Promise<Line> {
  // Names are read first, so that the command's own options are known for the rest.
  const first = scan(before, globalFlags());
  const isHelp = first.words[0] === 'help';
  const words = isHelp ? first.words.slice(1) : first.words;
  const entry = commandNamed(words, registry);
  if (entry === null || isHelp) return { ...first, entry, words, isHelp, flags: globalFlags(), arguments: [] };

  const { declareCommand } = await import('../help/page.ts');
  const { command } = await declareCommand(entry);
  const flags = [...flagsOf(command.options), ...globalFlags()];
  return { ...scan(before, flags), entry, isHelp, flags, arguments: command.registeredArguments };
}

function scan(
  before: readonly string[],
  flags: readonly Flag[],
): Pick<Line, 'words' | 'given' | 'pending' | 'profile' | 'event' | 'programAt'> {
  const takes = new Map(flags.flatMap(({ long, short, value }) => [long, short ?? long].map((name) => [name, value])));
  const line = readArgv(before, takes);
  return {
    words: argumentsOf(line).map(({ text }) => text),
    given: new Set(givenOptions(line).flatMap(({ name }) => flagOf(name, flags) ?? [])),
    pending: line.pending === null ? null : (flagOf(line.pending.name, flags) ?? null),
    profile: givenOptions(line, '-p', '--profile').at(-1)?.value ?? null,
    event: givenOptions(line, '-e', '--event').at(-1)?.value ?? null,
    programAt: line.behind === null ? null : before.length - line.behind.length,
  };
}

/** After `--` comes another program's command line, where the command takes one. */
function afterDashes(taken: readonly Argument[], programAt: number): Completion {
  if (!taken.at(-1)?.variadic) return nothing;
  return { candidates: [], also: { programAt }, isOpen: false };
}

function flagCandidates({ flags, given }: Line): Candidate[] {
  return flags
    .filter((flag) => !flag.isHidden && (flag.isRepeatable || !given.has(flag)))
    .flatMap(({ long, short, about }) => [long, ...(short === null ? [] : [short])].map((value) => ({ value, about })));
}

/** The next words of every name that begins with the typed words; `help` may precede any of them. */
function namesAfter({ words, isHelp }: Line, registry: readonly CommandEntry[]): Candidate[] {
  const start = words.map((word) => `${word} `).join('');
  const names = registry.map(({ name, ...rest }) => ({ ...rest, name }));
  if (isHelp && words.length === 0) {
    for (const { word, command } of membersOf('help', names)) names.push({ ...command, name: word });
  }
  const found = new Map<string, Candidate>();
  for (const { name, summary } of names) {
    if (!name.startsWith(start)) continue;
    const [word = '', ...more] = name.slice(start.length).split(' ');
    const known = found.get(word);
    if (isHelp && words.length === 0 && word === 'help') continue;
    if (more.length === 0) found.set(word, { value: word, about: summary });
    else if (known === undefined) found.set(word, { value: word, about: memberList(`${start}${word}`, names) });
  }
  return [...found.values()];
}

async function argumentOf({ arguments: taken }: Line, question: Question): Promise<Completion> {
  const last = taken.at(-1);
  const argument = taken[question.before.length] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return nothing;
  const choices = argument.argChoices ?? [];
  if (choices.length > 0) return only(bare(choices), question.typed);
  const name = argument.name();
  if (argument.variadic && name === 'command')
    return only([{ value: '--', about: argument.description }], question.typed);
  const source = argumentSources[`${question.command} ${name}`] ?? placeholderSources[name];
  return source === undefined ? nothing : from(source, '', question);
}

async function valuesOf(flag: Flag, start: string, question: Question): Promise<Completion> {
  const { long, placeholder } = flag;
  const source = optionSources[`${question.command} ${long}`] ?? globalSources[long] ?? placeholderSources[placeholder];
  if (flag.choices.length > 0) return from({ values: () => bare(flag.choices) }, start, question);
  return source === undefined ? nothing : from(source, start, question);
}

/** @param start  the part before the value in the same word, such as `--output=` */
async function from(source: Source, start: string, question: Question): Promise<Completion> {
  const { typed } = question;
  const done = source.isList ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const had = new Set(done.split(','));
  const values = (await source.values(question)).filter(({ value }) => !had.has(value));
  const candidates = values.map(({ value, about }) => ({ value: `${start}${done}${value}`, about }));
  const { candidates: fitting } = only(candidates, `${start}${typed}`);
  const isOpen = source.isOpen === true && fitting.every(({ value }) => /[:=.]$/.test(value));
  return { candidates: fitting, also: source.hasFiles ? 'files' : 'nothing', isOpen };
}

function only(candidates: readonly Candidate[], typed: string): Completion {
  return { ...nothing, candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}

function withMore(first: Completion, more: Completion): Completion {
  return { ...more, candidates: [...first.candidates, ...more.candidates] };
}

function bare(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, about: '' }));
}
