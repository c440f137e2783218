import { compact, decodeString } from '../json/text.ts';
import { escapeForTerminal, sanitize, sanitizeLine } from '../text/sanitize.ts';
import { type Choice, createChoice, createPicker, flatFieldsOf, type Picker } from './columns.ts';
import type { RowFormat } from './format.ts';
import type { Column } from './item.ts';

interface CsvOptions {
  /** `--columns`, or null. */
  readonly chosen: readonly string[] | null;
  /** Paths that come first when nothing was chosen. */
  readonly defaults: readonly Column[];
  /** Fields that `--columns` may name though no row has them. */
  readonly known?: readonly string[];
  /** The fixed columns without --columns, regardless of the fields of the rows. */
  readonly fixed?: readonly string[];
  /** `--bom`: begin with a byte order mark, by which spreadsheets recognize UTF-8. */
  readonly hasMark?: boolean;
}

/**
 * Rows as RFC 4180 CSV with a header line. Without `--columns` the columns are the command's own and then every other
 * field of the first rows, those of nested objects each in a column; a field that first appears later gets no column
 * and is named on stderr, unless the columns are fixed.
 */
export function createCsv({ chosen, defaults, known = [], fixed, hasMark = false }: CsvOptions): RowFormat {
  let picker: Picker | Choice | null = null;
  let paths: readonly string[] = [];
  const late = new Set<string>();

  const choosePaths = (rows: readonly string[]) => {
    if (chosen !== null) return chosen;
    if (fixed !== undefined) return fixed;
    const fields = flatFieldsOf(rows);
    const first = defaults
      .filter(({ path, isOptional }) => !isOptional || fields.includes(path))
      .map(({ path }) => path);
    return [...first, ...fields.filter((field) => !first.includes(field))];
  };
  // Names that the user did not choose come from the network, as values do.
  const headLine = () => {
    const names = chosen === null ? paths.map((path) => cleanCell(disarm(path))) : paths;
    return (hasMark ? '\ufeff' : '') + csvLine(names);
  };

  return {
    rows(rows) {
      const isFirst = picker === null;
      if (isFirst) paths = choosePaths(rows);
      picker ??= chosen === null ? createPicker(paths) : createChoice(chosen, known);
      if ('check' in picker) picker.check(rows);
      else if (!isFirst && fixed === undefined)
        for (const field of flatFieldsOf(rows)) if (!paths.includes(field)) late.add(field);
      const { pick } = picker;
      return (isFirst ? headLine() : '') + rows.map((row) => csvLine(pick(row).map(csvCell))).join('');
    },
    end(isWhole) {
      if (picker !== null || !isWhole) return '';
      paths = choosePaths([]);
      return headLine();
    },
    complaint() {
      if (late.size === 0) return null;
      return sanitizeLine(`warning: fields without a column: ${[...late].join(', ')}; choose with --columns`);
    },
    verdict: () => (picker !== null && 'check' in picker ? picker.verdict() : null),
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
  return value.startsWith('"') ? cleanCell(disarm(decodeString(value))) : escapeForTerminal(compact(value));
}

/** Line breaks belong to a cell; what could act on a terminal or a spreadsheet does not. */
function cleanCell(text: string): string {
  return sanitize(text.replace(/\r\n?/g, '\n'));
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
