import type { Row } from '../../model/row.ts';

/** A delivery as it is about to be sent. Kept while the page is open, so that closing the dialog loses nothing. */
export interface Draft {
  readonly text: string;
  /** Counts how often the text was replaced other than by typing. */
  readonly revision: number;
  readonly target: number;
  readonly isResigned: boolean;
  readonly fault: string;
  readonly times: number;
  readonly isAtOnce: boolean;
  readonly isIdNew: boolean;
}

/** The original delivery, signed again. */
export function draftOf(row: Row): Draft {
  return {
    text: row.line.body ?? '',
    revision: 0,
    target: 0,
    isResigned: true,
    fault: '',
    times: 1,
    isAtOnce: false,
    isIdNew: false,
  };
}
