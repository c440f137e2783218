import type { Row } from '../../model/row.ts';
import { mostTimes } from '../../model/wire.ts';

/** A delivery as it is about to be sent. Kept while the page is open, so that closing the dialog loses nothing. */
export interface Draft {
  readonly text: string;
  /** Counts how often the text was replaced other than by typing. */
  readonly revision: number;
  readonly target: number;
  readonly isResigned: boolean;
  readonly fault: string;
  /** As typed; `timesOf` reads it. */
  readonly times: string;
  readonly isAtOnce: boolean;
  readonly isIdNew: boolean;
}

/** The original delivery, signed again, to the chosen handler. */
export function draftOf(row: Row, target: number): Draft {
  return {
    text: row.line.body ?? '',
    revision: 0,
    target,
    isResigned: true,
    fault: '',
    times: '1',
    isAtOnce: false,
    isIdNew: false,
  };
}

/** How often to send: a whole number within the limits; 1 for a text that is not one. */
export function timesOf({ times }: Pick<Draft, 'times'>): number {
  const count = Number(times);
  return Number.isInteger(count) ? Math.min(mostTimes, Math.max(1, count)) : 1;
}
