import type { Style } from './style.ts';

/**
 * Text in lines of at most `width` columns, broken at spaces; a longer word keeps a line for itself. Line breaks that
 * are there stay, and an indented line stays whole: it is something to copy, or laid out already.
 *
 * Plain text only.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(' ') ? [line] : fill(line, width)));
}

/** The same with every line that is filled indented, to `width` columns in all. */
export function indented(text: string, indent: number, width: number): string[] {
  return wrap(text, width - indent).map((line) => `${' '.repeat(indent)}${line}`.trimEnd());
}

/** Help is made for this many columns, and for fewer where the terminal has fewer. */
const widestColumns = 80;
const narrowestColumns = 40;

/** The columns that help is laid out for. */
export function helpColumns({ width }: Pick<Style, 'width'>): number {
  return Math.max(narrowestColumns, Math.min(widestColumns, width));
}

/** An option, a command or a variable, and what it means. */
export interface Term {
  readonly term: string;
  readonly meaning: string;
}

function fill(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

/**
 * A command line in lines of at most `width` columns that a shell takes for one: broken at blanks outside of quotes,
 * the rest indented by two.
 */
export function continued(command: string, width: number): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    // Room for the blank and the backslash that go on to the next line.
    if (line !== '' && line.length + 1 + word.length > width - 2) {
      lines.push(`${line} \\`);
      line = ' ';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
