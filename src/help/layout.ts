import type { Example } from '../command-kit/command.ts';
import type { Style } from '../text/style.ts';
import { continued, helpColumns, indented, type Term, wrap } from '../text/wrap.ts';

/** The column of the meanings beside these terms; a longer term stands above its meaning. */
export function columnOf(rows: readonly Term[]): number {
  const widest = 28;
  return Math.max(0, ...rows.map(({ term }) => term.length).filter((length) => length <= widest));
}

/** Sections as one text, an empty line between them; those without lines are left out. */
export function page(sections: readonly (readonly string[])[]): string {
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** The pieces that help pages and topics are made of, as lines for the width of a terminal. */
export function layout(style: Style) {
  const width = helpColumns(style);
  const filled = (text: string, indent: number) => indented(text, indent, width);

  return {
    filled,

    paragraph: (text: string): string[] => (text === '' ? [] : wrap(text, width)),

    section: (title: string, lines: readonly string[]): string[] =>
      lines.length === 0 ? [] : [...wrap(title, width).map(style.bold), ...lines],

    /** Meanings stand beside their terms, or below where that leaves them less than half of the width. */
    terms(rows: readonly Term[], column = columnOf(rows)): string[] {
      const isBelow = column + 4 > width / 2;
      const start = isBelow ? 6 : column + 4;
      return rows.flatMap(({ term, meaning }) => {
        const [first = '', ...rest] = filled(meaning, start);
        if (isBelow || term.length > column) return [`  ${style.cyan(term)}`, first, ...rest];
        return [`  ${style.cyan(term)}${' '.repeat(column - term.length)}  ${first.trimStart()}`.trimEnd(), ...rest];
      });
    },

    examples(rows: readonly Example[], place: 'above' | 'beside'): string[] {
      if (place === 'above') {
        return rows.flatMap(({ command, explains }) => [
          ...wrap(explains, width - 4).map((line) => `  ${style.dim(`# ${line}`)}`),
          ...continued(command, width - 4).map((line, index) => `  ${index === 0 ? style.dim('$') : ' '} ${line}`),
        ]);
      }
      const column = Math.max(0, ...rows.map(({ command }) => command.length));
      return rows.map(
        ({ command, explains }) => `  ${style.dim('$')} ${command.padEnd(column)}  ${style.dim(`# ${explains}`)}`,
      );
    },
  };
}
