import type { Style } from '../platform/ports.ts';
import { helpColumns, indented, type Term } from '../wrap.ts';

/** The pieces a help topic is made of, as lines for the width of a terminal. */
export function topicLayout(style: Style) {
  const width = helpColumns(style);
  const filled = (text: string, indent: number) => indented(text, indent, width);
  return {
    paragraph: (text: string, indent = 0): string[] => filled(text, indent),

    /** Meanings stand under each other, behind the longest term, or below where that leaves them no room. */
    terms(rows: readonly Term[]): string[] {
      const column = Math.max(...rows.map(({ term }) => term.length));
      const start = column + 4;
      if (start > width / 2) {
        return rows.flatMap(({ term, meaning }) => [`  ${style.bold(term)}`, ...filled(meaning, 6)]);
      }
      return rows.flatMap(({ term, meaning }) => {
        const [first = '', ...rest] = filled(meaning, start);
        return [`  ${style.bold(term)}${first.slice(term.length + 2)}`, ...rest];
      });
    },
  };
}
