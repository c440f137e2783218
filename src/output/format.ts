import type { ReventoError } from '../errors/revento-error.ts';
import type { Style } from '../text/style.ts';
import type { Layout, OutputFormat, ValueItem } from './item.ts';

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
  /** Runs `--jq`, which holds up the event loop, so that a signal still gets through. */
  readonly breakable: <T>(work: () => T) => T;
}

/** How one format shows each kind of item. Gives back text to write; nothing here writes. */
export interface View extends RowFormat {
  value(item: ValueItem): string | Promise<string>;
  /** Where absent, bytes go out as they are. */
  bytes?(bytes: Uint8Array): string;
  /** Thrown once the text before it is written. */
  failure?(): ReventoError | null;
}

/**
 * One way of writing rows down. Rows are JSON text, and come in groups: usually a page of an API's list. Each call
 * gives back what is to be written next, so that nothing has to be kept.
 */
export interface RowFormat {
  /** Never called with no rows. */
  rows(rows: readonly string[]): string | Promise<string>;
  /** No more rows of the list come; `isWhole` is false when the run failed before the last of them. */
  end(isWhole: boolean): string | Promise<string>;
  /** What the person should hear about the rows once they are written, as one safe line; null for nothing. */
  complaint(): string | null;
}
