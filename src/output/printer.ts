import type { Style } from '../platform/ports.ts';
import { fieldsOf, valueAt } from './columns.ts';
import { csvCell, csvLine } from './csv.ts';
import type { Item, Layout, OutputFormat } from './item.ts';
import { decodeString, elementsOf, isArray, oneLine, toText } from './json-text.ts';
import { sanitise, sanitiseLine } from './sanitise.ts';

export interface PrinterOptions {
  readonly format: OutputFormat;
  /** `--jq`, or null. */
  readonly jq: string | null;
  /** `--columns` as paths, or null. */
  readonly columns: readonly string[] | null;
  readonly layout: Layout;
  readonly style: Style;
  readonly isTty: boolean;
  /** Milliseconds since the Unix epoch: whether a time is of this year. */
  readonly now: number;
  /** False once nobody reads any more. */
  readonly write: (chunk: string | Uint8Array) => Promise<boolean>;
  /** A line for the person, on stderr. */
  readonly notice: (text: string) => void;
}

/** Turns a command's items into output. */
export interface Printer {
  print(item: Item): Promise<void>;
  /** The command is done: closes what is open. */
  end(): Promise<void>;
  /** The command failed midway: what came so far is left valid and complete. */
  abort(): Promise<void>;
  /** Nobody reads any more; the command may stop. */
  readonly isClosed: boolean;
}

/** The printer for a format. */
export async function createPrinter(options: PrinterOptions): Promise<Printer> {
  const { format, layout, style } = options;
  let isClosed = false;
  let count = 0;
  let columns: string[] | null = null;
  const write = async (chunk: string | Uint8Array) => {
    if (!isClosed && chunk.length > 0) isClosed = !(await options.write(chunk));
  };
  const isArrayOpen = () => format === 'json' && count > 0;

  const printRows = async (rows: string[]) => {
    if (rows.length === 0) return;
    const isFirst = count === 0;
    count += rows.length;
    if (format === 'ndjson') return write(`${rows.map(oneLine).join('\n')}\n`);
    if (format === 'json') return write((isFirst ? '[\n' : ',\n') + rows.map(oneLine).join(',\n'));
    columns ??= [...(options.columns ?? layout.columns?.map((column) => column.path) ?? fieldsOf(rows))];
    const paths = columns;
    if (format === 'csv') {
      const head = isFirst ? csvLine(paths) : '';
      return write(head + rows.map((row) => csvLine(paths.map((path) => csvCell(valueAt(row, path))))).join(''));
    }
    const cells = rows.map((row) =>
      paths.map((path) => {
        const value = valueAt(row, path) ?? '-';
        return sanitiseLine(value.startsWith('"') ? decodeString(value) : value);
      }),
    );
    if (isFirst) cells.unshift(paths.map((path) => path.toUpperCase()));
    const widths = paths.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
    const lines = cells.map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '));
    return write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
  };

  return {
    get isClosed() {
      return isClosed;
    },
    async print(item) {
      if (item.kind === 'bytes') return write(item.bytes);
      if (item.kind === 'rows') return printRows(item.rows.map(toText));
      if (format === 'table') return write(`${style.isColor ? item.text(style) : sanitise(item.text(style))}\n`);
      const text = toText(item.data);
      if (format === 'csv') return printRows(isArray(text) ? elementsOf(text) : [text]);
      if (format === 'ndjson' || layout.shape === 'events') return write(`${oneLine(text)}\n`);
      return write(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    },
    async end() {
      if (isArrayOpen()) return write('\n]\n');
      if (layout.shape !== 'rows' || count > 0) return;
      if (format === 'json') return write('[]\n');
      if (format === 'csv') return write(csvLine(options.columns ?? layout.columns?.map((c) => c.path) ?? []));
      if (format === 'table') options.notice('no rows');
    },
    async abort() {
      if (isArrayOpen()) await write('\n]\n');
    },
  };
}
