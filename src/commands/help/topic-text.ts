import type { Style } from '../../text/style.ts';
import { helpColumns, indented, type Term } from '../../text/wrap.ts';

/** A part of a help topic: its heading and its sentences, of which a line may hold a part. */
export interface Rule {
  readonly topic: string;
  readonly rules: readonly string[];
}

/** The same as data: each part's sentences in one text. */
export function joined(rules: readonly Rule[]): { readonly topic: string; readonly rules: string }[] {
  return rules.map(({ topic, rules: sentences }) => ({ topic, rules: sentences.join(' ') }));
}

/** The pieces a help topic is made of, as lines for the width of a terminal. */
export function topicLayout(style: Style) {
  const width = helpColumns(style);
  const filled = (text: string, indent: number) => indented(text, indent, width);
  return {
    paragraph: (text: string, indent = 0): string[] => filled(text, indent),

    /** Each part below its heading, with an empty line before it. */
    sections: (rules: readonly Rule[]): string[] =>
      joined(rules).flatMap(({ topic, rules: text }) => ['', `  ${style.bold(topic)}`, ...filled(text, 4)]),

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
