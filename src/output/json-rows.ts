import { pretty } from '../json/pretty.ts';
import { oneLine } from '../json/text.ts';
import type { Style } from '../text/style.ts';
import { type Choice, createChoice } from './columns.ts';
import type { RowFormat } from './format.ts';

/** Turns the JSON text of one value into the text that is printed for it. */
export type Transform = (text: string) => string;

/** Rows as one JSON array, written as they come and indented like any document. */
export function createJsonArray(prepare: Transform, style: Style | null): RowFormat {
  let isOpen = false;
  return {
    rows(rows) {
      const text = rows.map((row) => `  ${pretty(prepare(row), style, 1)}`).join(',\n');
      const before = isOpen ? ',\n' : '[\n';
      isOpen = true;
      return before + text;
    },
    end(isWhole) {
      if (isOpen) return '\n]\n';
      // A run that failed before its first row has no result, not an empty one.
      return isWhole ? '[]\n' : '';
    },
    complaint: () => null,
  };
}

export function createJsonLines(prepare: Transform): RowFormat {
  return {
    rows: (rows) => `${rows.map((row) => oneLine(prepare(row))).join('\n')}\n`,
    end: () => '',
    complaint: () => null,
  };
}

/**
 * What `--columns` does to JSON: every object, and every object of an array, is reduced to the chosen paths. The
 * keys are the paths as they were typed; a path that is not there is null.
 */
export function createSelection(
  paths: readonly string[],
  known: readonly string[],
): { readonly select: Transform } & Pick<Choice, 'check' | 'verdict'> {
  const { pick, check, verdict } = createChoice(paths, known);
  const keys = paths.map((path) => `${JSON.stringify(path)}:`);
  return {
    select: (row) =>
      `{${pick(row)
        .map((value, index) => keys[index] + (value ?? 'null'))
        .join(',')}}`,
    check,
    verdict,
  };
}
