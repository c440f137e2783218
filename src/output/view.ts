import { pretty } from '../json/pretty.ts';
import { toText } from '../json/stringify.ts';
import { elementsOf, isArray, oneLine } from '../json/text.ts';
import { escapeForTerminal } from '../text/sanitize.ts';
import type { PrinterOptions, RowFormat, View } from './format.ts';
import { createJsonArray, createJsonLines, createSelection, type Transform } from './json-rows.ts';

/** The view that the options name. Code of the other formats is not loaded. */
export async function createView(options: PrinterOptions): Promise<View> {
  if (options.jq !== null) {
    const { createJqView } = await import('./jq-view.ts');
    return createJqView(options.jq, options);
  }
  switch (options.format) {
    case 'table':
      return createTextView(options);
    case 'csv':
      return createCsvView(options);
    default:
      return createJsonView(options);
  }
}

async function createTextView({ columns, layout, style, now, notice }: PrinterOptions): Promise<View> {
  const { markStyle } = await import('./marked-style.ts');
  const marked = markStyle(style);
  let table: RowFormat | null = null;
  // Most commands print text and never need a table.
  const rows: RowFormat['rows'] = async (texts, zone) => {
    const { createTable } = await import('./table.ts');
    table ??= createTable({
      chosen: columns,
      defaults: layout.columns ?? [],
      known: layout.fields ?? [],
      style,
      now,
      notice,
    });
    return table.rows(texts, zone);
  };
  return {
    rows,
    value(item) {
      if (columns !== null) return rowsOf(toText(item.data), rows);
      const text = marked.finish(item.text(marked.style));
      return text === '' ? '' : `${text}\n`;
    },
    end(isWhole) {
      if (table === null && isWhole) notice('no rows');
      return '';
    },
    complaint: () => table?.complaint() ?? null,
    verdict: () => table?.verdict?.() ?? null,
  };
}

async function createCsvView({ columns, layout, hasMark = false }: PrinterOptions): Promise<View> {
  const { createCsv } = await import('./csv.ts');
  const csv = createCsv({
    chosen: columns,
    defaults: layout.columns ?? [],
    known: layout.fields ?? [],
    hasMark,
    ...(layout.csvPaths && { fixed: layout.csvPaths }),
  });
  return { ...csv, value: (item) => rowsOf(toText(item.data), csv.rows) };
}

function createJsonView({ format, columns, layout, style, isTty }: PrinterOptions): View {
  const guard: Transform = isTty ? escapeForTerminal : (text) => text;
  const selection = columns === null ? null : createSelection(columns, layout.fields ?? []);
  const prepare: Transform = selection === null ? guard : (text) => guard(selection.select(text));
  const check = (texts: readonly string[]) => selection?.check(texts);
  // FORCE_COLOR reaches into pipes; JSON that a program reads must not be colored by it.
  const colors = isTty && style.isColor ? style : null;
  const hasLines = format === 'ndjson' || layout.shape === 'events';
  const rows = hasLines ? createJsonLines(prepare) : createJsonArray(prepare, colors);

  return {
    rows(texts) {
      check(texts);
      return rows.rows(texts);
    },
    value({ data }) {
      const text = toText(data);
      const elements = isArray(text) ? elementsOf(text) : [text];
      check(elements);
      if (layout.shape === 'rows') return rows.rows([text]);
      const prepared = isArray(text) && selection !== null ? `[${elements.map(prepare).join(',')}]` : prepare(text);
      return `${hasLines ? oneLine(prepared) : pretty(prepared, colors)}\n`;
    },
    end: rows.end,
    complaint: rows.complaint,
    verdict: () => selection?.verdict() ?? null,
  };
}

/** A document as rows: the elements of an array, or itself as the only row. */
function rowsOf(text: string, print: RowFormat['rows']): string | Promise<string> {
  const rows = isArray(text) ? elementsOf(text) : [text];
  return rows.length === 0 ? '' : print(rows);
}
