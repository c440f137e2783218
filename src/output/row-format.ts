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
