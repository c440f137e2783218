import type { Example } from '../../src/command-kit/command.ts';
import { globalOptions, helpOption, versionOption } from '../../src/command-kit/globals.ts';
import type { CommandPage } from '../../src/help/page.ts';
import { programSummary } from '../../src/help/text.ts';
import type { Term } from '../../src/text/wrap.ts';
import type { Contents, WrittenTopic } from './contents.ts';

/** The command reference as one Markdown document. */
export function toMarkdown({ groups, topics }: Contents): string {
  const filled = groups.filter(({ pages }) => pages.length > 0);
  const parts = [
    '# Command reference',
    '<!-- Made by `npm run docs` from the commands themselves; edit those. -->',
    programSummary,
    '`revento COMMAND --help` shows the same in the terminal, `man revento-COMMAND` where man pages are installed.',
    ...filled.map(({ name, pages }) => [`**${name}**: `, pages.map(link).join(' · ')].join('')),
    `**Topics**: ${topics.map(({ page }) => link(page)).join(' · ')}`,
    '## Global options',
    table(
      'option',
      [...globalOptions, helpOption, versionOption].map(([term, meaning]) => ({ term, meaning })),
    ),
    ...filled.flatMap(({ name, pages }) => [`## ${name}`, ...pages.flatMap(command)]),
    '## Topics',
    ...topics.flatMap(topic),
  ];
  return `${parts.join('\n\n')}\n`;
}

function link({ name }: CommandPage): string {
  return `[${name}](#revento-${name.replaceAll(' ', '-')})`;
}

function command(page: CommandPage): string[] {
  const aliases = page.aliases.map((alias) => `\`revento ${alias}\``);
  return [
    `### revento ${page.name}`,
    `${page.summary}.${aliases.length === 0 ? '' : ` Also ${aliases.join(', ')}.`}`,
    fence(page.usage),
    table('argument', page.arguments),
    ...page.optionGroups.flatMap(({ heading, options }) => [
      heading === null ? '' : `${heading}:`,
      table('option', options),
    ]),
    page.examples.length === 0 ? '' : fence(page.examples.map(exampleText).join('\n'), 'sh'),
    ...notes(page.notes),
  ].filter((part) => part !== '');
}

function topic({ page, text }: WrittenTopic): string[] {
  return [`### revento ${page.name}`, fence(text)];
}

function exampleText({ command: line, explains }: Example): string {
  return `# ${explains}\n${line}`;
}

function table(title: string, rows: readonly Term[]): string {
  if (rows.length === 0) return '';
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows.map(({ term, meaning }) => `| \`${cell(term)}\` | ${cell(meaning).replaceAll('<', '&lt;')} |`);
  return [`| ${title} | |`, '|---|---|', ...lines].join('\n');
}

/** Paragraphs stay; what is laid out with blanks stays as it is laid out. */
function notes(text: string): string[] {
  if (text === '') return [];
  return text
    .split(/\n{2,}(?! )|\n{2,}(?= )/)
    .map((block) => (block.split('\n').some((line) => line.startsWith(' ')) ? fence(block) : block));
}

function fence(text: string, language = 'text'): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
