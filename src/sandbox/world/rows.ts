import type { Json } from '../../json/value.ts';

/** Rows by number: a list of any length costs nothing until it is read. */
export interface Rows {
  readonly count: number;
  at(index: number): Json;
}
