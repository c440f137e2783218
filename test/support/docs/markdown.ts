import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../program/build.ts';

/** A fenced block of a page. */
export interface Block {
  /** The heading it stands under, without `#`. */
  readonly section: string;
  /** The word after the fence, such as `sh`; empty when there is none. */
  readonly language: string;
  readonly text: string;
  /** The line of its first line of text, from 1. */
  readonly line: number;
  /** From a first line such as `# Terminal 2`, or a comment `<!-- in Terminal 2 -->` in front of the fence. */
  readonly terminal: number | null;
}

const fence = /^```(\w*)$/;

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  let comment = '';
  let open: { readonly language: string; readonly first: number } | null = null;
  const lines = page.split('\n');
  for (const [index, line] of lines.entries()) {
    const found = fence.exec(line);
    if (open === null && found !== null) open = { language: found[1] ?? '', first: index + 1 };
    else if (open !== null && found !== null) {
      const text = lines.slice(open.first, index).join('\n');
      const named = /^# Terminal (\d)\b/.exec(text) ?? /^<!-- in Terminal (\d) -->$/.exec(comment);
      const terminal = named === null ? null : Number(named[1]);
      blocks.push({ section, language: open.language, text, line: open.first + 1, terminal });
      open = null;
    } else if (open === null) {
      section = /^##? (.+)$/.exec(line)?.[1] ?? section;
      comment = line;
    }
  }
  if (open !== null) throw new Error(`the block that begins in line ${open.first} is never closed`);
  return blocks;
}

/** The text of a page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replace(/^```\w*\n[\s\S]*?^```$/gm, '');
}

/** The pages that people write by hand, by their path in the repository. docs/reference.md is made of the commands. */
export const pages: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'reference.md')
    .map((name) => `docs/${name}`),
];

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
