import type { ReventoError } from '../errors/revento-error.ts';
import type { Style } from '../text/style.ts';
import type { Layout, OutputFormat, ValueItem } from './item.ts';

export interface PrinterOptions {
  readonly format: OutputFormat;
  /** `--jq`, or null. */
  readonly jq: string | null;
  /** `--arg`: `name=value`, for the filter. */
  readonly jqArguments?: readonly string[];
  /** The value of `env` in a filter, without our own secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `--columns` as paths, or null. */
  readonly columns: readonly string[] | null;
  readonly layout: Layout;
  readonly style: Style;
  readonly isTty: boolean;
  /** `--bom`: CSV begins with a byte order mark. */
  readonly hasMark?: boolean;
  /** Milliseconds since the Unix epoch: whether a time is of this year. */
  readonly now: number;
  /** False once the reader has left. */
  readonly write: (chunk: string | Uint8Array) => Promise<boolean>;
  /** A line for the user, on stderr. */
  readonly notice: (text: string) => void;
  /** Runs `--jq`, which blocks the event loop, so that a signal can still interrupt it. */
  readonly breakable: <T>(work: () => T) => T;
}

/** Text to write: at once, later, or in endlessly many pieces. */
export type Output = string | Promise<string> | AsyncIterable<string>;

/** How one format shows each kind of item. Returns text; does not write. */
export interface View extends Omit<RowFormat, 'end'> {
  value(item: ValueItem): Output;
  end(isWhole: boolean): Output;
  /** Where absent, bytes go out as they are. */
  bytes?(bytes: Uint8Array): string;
  /** An error to throw once the text before it is written. */
  failure?(): ReventoError | null;
}

/**
 * One way of writing rows down. Rows are JSON text, and come in groups: usually a page of an API's list. Each call
 * returns what to write next, so that nothing has to be kept.
 */
export interface RowFormat {
  /** Never called with no rows. @param zone  the one to tell times in; else that of this machine */
  rows(rows: readonly string[], zone?: string | null): string | Promise<string>;
  /** The end of the list. `isWhole` is false when the run failed before the last row. */
  end(isWhole: boolean): string | Promise<string>;
  /** A notice about the rows after they are written, as one safe line; null for none. */
  complaint(): string | null;
  /** The failure after the last row: a column that no row had. */
  verdict?(): ReventoError | null;
}
