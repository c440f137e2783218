import type { Example } from '../../src/command-kit/command.ts';
import { globalOptions, helpOption, versionOption } from '../../src/command-kit/globals.ts';
import type { CommandPage } from '../../src/help/page.ts';
import { programSummary, rootExamples } from '../../src/help/text.ts';
import type { Term } from '../../src/text/wrap.ts';
import type { Contents, WrittenTopic } from './contents.ts';

/** A man page of section 1. */
export interface ManPage {
  /** Its file's name, such as `revento-login.1`. */
  readonly file: string;
  /** roff with the man macros. */
  readonly text: string;
}

/** One page for the program, one for each command and topic. */
export function toManPages(contents: Contents, version: string): ManPage[] {
  const pages = contents.groups.flatMap((group) => group.pages);
  return [
    { file: 'revento.1', text: rootPage(contents, version) },
    ...pages.map((page) => ({ file: `${manName(page.name)}.1`, text: commandPage(page, pages, version) })),
    ...contents.topics.map((topic) => ({ file: `${manName(topic.page.name)}.1`, text: topicPage(topic, version) })),
  ];
}

function rootPage({ groups, topics }: Contents, version: string): string {
  return page('revento', version, [
    ...name('revento', programSummary.replace(/\.$/, '')),
    ...section('Synopsis', [`${bold('revento')} ${italic('COMMAND')} [${italic('options')}]`]),
    ...section(
      'Commands',
      groups
        .filter(({ pages }) => pages.length > 0)
        .flatMap((group) => [
          `.SS ${roff(group.name)}`,
          ...group.pages.flatMap((one) => entry(`${bold(manName(one.name))}(1)`, one.summary)),
        ]),
    ),
    ...section('Options', [
      '.P',
      'These stand before or after any command.',
      ...terms([...globalOptions, helpOption, versionOption].map(([term, meaning]) => ({ term, meaning }))),
    ]),
    ...section('First steps', examples(rootExamples)),
    ...topics.flatMap((topic) => section(topic.title, verbatim(topic.text))),
    ...section('See also', [seeAlso(topics.map((topic) => topic.page.name))]),
  ]);
}

function commandPage(command: CommandPage, all: readonly CommandPage[], version: string): string {
  const [first] = command.name.split(' ');
  const family = all.filter((other) => other !== command && other.name.split(' ')[0] === first);
  const aliases = command.aliases.map((alias) => `revento ${alias}`);
  return page(manName(command.name), version, [
    ...name(manName(command.name), command.summary),
    ...section('Synopsis', [usage(command), ...aliases.flatMap((alias) => ['.br', bold(alias)])]),
    ...section('Arguments', terms(command.arguments)),
    ...command.optionGroups.flatMap((group) => section(group.heading ?? 'Options', terms(group.options))),
    ...section('Global options', ['.P', `${bold('revento')}(1) lists the options that every command takes.`]),
    ...section('Examples', examples(command.examples)),
    ...section('Notes', paragraphs(command.notes)),
    ...section('See also', [seeAlso(family.map((other) => other.name))]),
  ]);
}

function topicPage({ page: topic, text }: WrittenTopic, version: string): string {
  return page(manName(topic.name), version, [
    ...name(manName(topic.name), topic.summary),
    ...section('Description', verbatim(text)),
    ...section('See also', [seeAlso([])]),
  ]);
}

function page(title: string, version: string, lines: readonly string[]): string {
  // Without a date, so that the same sources give the same pages.
  const head = `.TH "${roff(title.toUpperCase())}" "1" "" "revento ${version}" "Revento Manual"`;
  // Left-aligned and without hyphenation, so that options and URLs can be copied.
  const body = lines.filter((one, index) => !(one === '.P' && /^\.S[HS]/.test(lines[index - 1] ?? '')));
  return `${[head, '.ad l', '.nh', ...body].join('\n')}\n`;
}

function name(title: string, summary: string): string[] {
  return ['.SH NAME', `${roff(title)} \\- ${roff(summary)}`];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH "${roff(title.toUpperCase())}"`, ...lines];
}

function usage({ usage: line, name: command }: CommandPage): string {
  const start = `revento ${command}`;
  return `${bold(start)}${roff(line.slice(start.length))}`;
}

function terms(rows: readonly Term[]): string[] {
  return rows.flatMap(({ term, meaning }) => entry(bold(term), meaning));
}

function entry(term: string, meaning: string): string[] {
  return ['.TP', term, ...meaning.split('\n').map(line)];
}

function examples(rows: readonly Example[]): string[] {
  return rows.flatMap(({ command, explains }) => [
    '.P',
    `${line(explains.replace(/^./, (letter) => letter.toUpperCase()))}:`,
    '.RS 4',
    ...verbatim(command).slice(1),
    '.RE',
  ]);
}

function seeAlso(names: readonly string[]): string {
  return ['revento', ...names.map(manName)].map((title) => `${bold(title)}(1)`).join(', ');
}

/** Paragraphs are filled; a block with indented lines keeps its layout. */
function paragraphs(text: string): string[] {
  if (text === '') return [];
  return text.split(/\n{2,}/).flatMap((block) => {
    const isLaidOut = block.split('\n').some((one) => one.startsWith(' '));
    return isLaidOut ? verbatim(block) : ['.P', ...block.split('\n').map(line)];
  });
}

function verbatim(text: string): string[] {
  return ['.P', '.nf', ...text.split('\n').map((one) => (one === '' ? '.sp 1' : line(one))), '.fi'];
}

function manName(command: string): string {
  return `revento-${command.replaceAll(' ', '-')}`;
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

/** Escapes a text line: a leading dot or apostrophe would make it a request. */
function line(text: string): string {
  return roff(text).replace(/^([.'])/, '\\&$1');
}

/** Escapes hyphens, so that they stay hyphens when copied, and non-ASCII characters. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('"', '\\(dq')
    .replace(
      /[^\x00-\x7f]/g,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
