import type { Json, JsonText } from '../json/value.ts';
import type { Style } from '../text/style.ts';

/** The result, or one event of a stream: `data` for machines, `text` for people (may be several lines; no final newline). */
export interface ValueItem {
  readonly kind: 'value';
  readonly data: Json | JsonText;
  readonly text: (style: Style) => string;
}

export function valueItem(data: ValueItem['data'], text: ValueItem['text']): ValueItem {
  return { kind: 'value', data, text };
}

/** What a command yields. The printer decides how it looks; a command never writes to stdout itself. */
export type Item =
  | ValueItem
  /** Events of a stream that came together: printed one by one, written at once. */
  | { readonly kind: 'values'; readonly values: readonly ValueItem[] }
  /** Rows of a list that came together: usually a page. `zone` is the one for times in a table. */
  | { readonly kind: 'rows'; readonly rows: readonly (Json | JsonText)[]; readonly zone?: string | null }
  /** A line for the user, on stderr once the output is complete. */
  | { readonly kind: 'note'; readonly text: string }
  /** Exactly these bytes on stdout, in every format. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A column of a table or CSV. */
export interface Column {
  /** Path into the row, such as `id` or `custom_form_fields.favorite_track`. */
  readonly path: string;
  /** Heading; default is the path. */
  readonly title?: string;
  /**
   * Dropped from a table that has no room for all columns, the lowest number first; without a number, never dropped.
   */
  readonly leaves?: number;
  /** Shown only where one of the first rows has it. */
  readonly isOptional?: boolean;
  /** How many characters a terminal shows, where a prefix is enough to identify the row. */
  readonly beginning?: number;
  /** Cut last, because a part of it could be mistaken for another value. */
  readonly isWhole?: true;
}

/** The layout of a command's items. */
export interface Layout {
  /**
   * `value`: one document. `rows`: a list (`json` is one array, a table is fitted). `events`: a stream, one line
   * each in `ndjson`, text otherwise.
   */
  readonly shape: 'value' | 'rows' | 'events';
  /** Columns of the table and CSV when `--columns` names none. */
  readonly columns?: readonly Column[];
  /** All columns of CSV, for rows of several kinds: the first rows do not have every field. Default: see `createCsv`. */
  readonly csvPaths?: readonly string[];
  /** Fields that rows may have: `--columns` takes them though no row has them. */
  readonly fields?: readonly string[];
  /** A part of the output is of no use: where the run fails, `--out` keeps none. */
  readonly isIndivisible?: true;
  /** Text for a shell or a user: the setting `output` leaves it alone, and only -o or --json makes it something else. */
  readonly isText?: boolean;
}

export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv';

export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'ndjson', 'csv'];
