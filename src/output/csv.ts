import { compact, decodeString } from './json-text.ts';

/** One line of RFC 4180 CSV, its CRLF included. */
export function csvLine(cells: readonly string[]): string {
  // A line of one empty cell would read as an empty line.
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(quoteCell).join(',')}\r\n`;
}

/** A JSON value as a cell: strings decoded, null and absent empty, the rest as its JSON text. */
export function csvCell(value: string | undefined): string {
  if (value === undefined || value === 'null') return '';
  return value.startsWith('"') ? disarm(decodeString(value)) : compact(value);
}

/**
 * A text that no spreadsheet runs: an apostrophe is put before what begins like a formula. Plain numbers such as
 * `-5` or `+31201234567` are left alone.
 */
export function disarm(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? `'${text}` : text;
}

function quoteCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
