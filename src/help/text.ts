import type { CommandEntry, CommandGroup, Example } from '../command-kit/command.ts';
import { globalHeading, globalOptions, helpOption, versionOption } from '../command-kit/globals.ts';
import { memberList, membersOf } from '../command-kit/group.ts';
import type { Style } from '../text/style.ts';
import type { Term } from '../text/wrap.ts';
import { columnOf, layout, page } from './layout.ts';
import type { CommandPage } from './page.ts';

/** What the program is, in one line. */
export const programSummary =
  'The developer tool for Revento: login, read API, signed webhooks, and a sandbox to try it all.';

/** What somebody new does first, one after the other, and it works from an empty home. */
export const rootExamples: readonly Example[] = [
  { command: 'revento sandbox start', explains: 'a local Revento; keep it open' },
  { command: 'revento -p sandbox login', explains: 'consent in your browser' },
  { command: 'revento -p sandbox participants list', explains: 'read the API' },
  { command: 'revento -p sandbox webhook listen -f 3000', explains: 'receive, verify, forward' },
];

const groups: readonly CommandGroup[] = [
  'Login',
  'API',
  'Webhooks',
  'Sandbox',
  'Privacy',
  'Starters',
  'Settings',
  'More',
];

/** `revento --help`: every command by group and the global options, then the first steps and where to learn more. */
export function rootHelp(registry: readonly CommandEntry[], style: Style): string {
  const topics = membersOf('help', registry).map(({ command }) => command);
  const commands = registry.filter((entry) => !topics.includes(entry));
  const { section, terms, examples, paragraph } = layout(style);
  const sections = groups.map((group) => ({ title: group, rows: rowsOf(commands, group) }));
  // One column for all groups: the eye finds a summary at the same place everywhere.
  const column = columnOf([...sections.flatMap(({ rows }) => rows), ...globalTerms()]);
  return page([
    paragraph(programSummary),
    section('Usage', ['  revento COMMAND [options]']),
    ...sections.map(({ title, rows }) => section(title, terms(rows, column))),
    section(heading(globalHeading), terms(globalTerms(), column)),
    // A terminal shows the end of a long text: what to do first, and where to go on, stands there.
    section('First steps', examples(rootExamples, 'beside')),
    section(
      'Learn more',
      terms([
        { term: 'revento COMMAND --help', meaning: 'help for a command, with examples' },
        ...topics.map(({ name, summary }) => ({ term: `revento ${name}`, meaning: summary })),
      ]),
    ),
  ]);
}

/** `revento webhook`: the members of a group. */
export function groupHelp(name: string, registry: readonly CommandEntry[], style: Style): string {
  const { section, terms, paragraph } = layout(style);
  const rows = membersOf(name, registry).map(({ word, command }) => ({ term: word, meaning: command.summary }));
  return page([
    section('Usage', [`  revento ${name} COMMAND [options]`]),
    section('Commands', terms(rows)),
    paragraph(`\`revento ${name} COMMAND --help\` explains a command, with examples.`),
  ]);
}

/** `revento COMMAND --help`. */
export function commandHelp(command: CommandPage, style: Style): string {
  const { section, terms, examples, paragraph, filled } = layout(style);
  const column = columnOf([...command.arguments, ...command.optionGroups.flatMap(({ options }) => options)]);
  return page([
    paragraph(`${command.summary}.`),
    section('Usage', [`  ${command.usage}`, ...command.aliases.map((alias) => `  revento ${alias} (the same)`)]),
    section('Arguments', terms(command.arguments, column)),
    ...command.optionGroups.map((group) => section(group.heading ?? 'Options', terms(group.options, column))),
    section('Examples', examples(command.examples, 'above')),
    paragraph(command.notes),
    section(heading(globalHeading), filled(`${globalFlags()}; \`revento --help\` explains them`, 2)),
  ]);
}

/** Commands of a group; what shares a first word with others stands in one line, its members named. */
function rowsOf(commands: readonly CommandEntry[], group: CommandGroup): Term[] {
  const rows = new Map<string, Term>();
  const own = commands.filter((entry) => entry.group === group);
  for (const { name, aliases, summary } of own) {
    const [first = name] = name.split(' ');
    if (rows.has(`${first} *`)) continue;
    const isAlone = name === first || membersOf(first, own).length < 2;
    if (isAlone) rows.set(name, { term: [name, ...(aliases ?? [])].join(', '), meaning: summary });
    else rows.set(`${first} *`, { term: `${first} COMMAND`, meaning: memberList(first, own) });
  }
  return [...rows.values()];
}

function globalTerms(): Term[] {
  return [...globalOptions, helpOption, versionOption].map(([term, meaning]) => ({ term, meaning }));
}

/** `-o/--output`, `--json` and so on: names without their values. */
function globalFlags(): string {
  return globalOptions.map(([flags]) => flags.replace(/ <.*$/, '').replace(', ', '/')).join(', ');
}

function heading(text: string): string {
  return text.replace(/:$/, '');
}
