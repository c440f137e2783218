import { compact, decodeString } from '../json/text.ts';
import { sanitise, sanitiseLine } from '../text/sanitise.ts';
import { createPicker, fieldsOf, type Picker } from './columns.ts';
import type { RowFormat } from './format.ts';

export interface CsvOptions {
  /** `--columns`, or null. */
  readonly chosen: readonly string[] | null;
  /** Paths that come first when nothing was chosen. */
  readonly defaults: readonly string[];
  /** Control characters are taken out of the cells. */
  readonly isTty: boolean;
}

/**
 * Rows as RFC 4180 CSV with a header line. Without `--columns` the columns are the command's own and then every
 * other field of the first rows; a field that turns up later cannot have a column any more, and is named on stderr.
 */
export function createCsv({ chosen, defaults, isTty }: CsvOptions): RowFormat {
  let picker: Picker | null = null;
  const late = new Set<string>();

  const choosePaths = (rows: readonly string[]) => {
    return chosen ?? [...defaults, ...fieldsOf(rows).filter((field) => !defaults.includes(field))];
  };
  const clean = isTty ? sanitise : (text: string) => text;
  const cell = (value: string | undefined) => clean(csvCell(value));
  // Names nobody here chose come from the network, as the values do.
  const headLine = (paths: readonly string[]) =>
    csvLine(chosen === null ? paths.map((path) => clean(disarm(path))) : paths);

  return {
    rows(rows) {
      const head = picker === null;
      picker ??= createPicker(choosePaths(rows));
      const { paths, pick } = picker;
      if (chosen === null) for (const field of fieldsOf(rows)) if (!paths.includes(field)) late.add(field);
      return (head ? headLine(paths) : '') + rows.map((row) => csvLine(pick(row).map(cell))).join('');
    },
    end(isWhole) {
      return picker === null && isWhole ? headLine(choosePaths([])) : '';
    },
    complaint() {
      if (chosen !== null) return picker?.complaint() ?? null;
      if (late.size === 0) return null;
      return sanitiseLine(`fields without a column: ${[...late].join(', ')}; choose with --columns`);
    },
  };
}

/** One line of CSV, its CRLF included. */
export function csvLine(cells: readonly string[]): string {
  // A line of one empty cell would read as an empty line.
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(quoteCell).join(',')}\r\n`;
}

/** A JSON value as a cell: strings decoded, null and absent empty, the rest as its compact JSON text. */
export function csvCell(value: string | undefined): string {
  if (value === undefined || value === 'null') return '';
  return value.startsWith('"') ? disarm(decodeString(value)) : compact(value);
}

/**
 * A text that no spreadsheet runs: an apostrophe is put before what begins like a formula. Plain numbers such as
 * `-5` or `+31201234567` are left alone.
 */
export function disarm(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? `'${text}` : text;
}

function quoteCell(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
