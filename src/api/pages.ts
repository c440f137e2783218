import { ReventoError } from '../errors/revento-error.ts';
import type { JsonText } from '../json/value.ts';
import type { Page } from './page.ts';

/** Most rows a page holds. Source: guide, pagination. */
export const longestPage = 50;

/** The limit of pages without rows: a server may filter rows out, but one that sends only cursors is broken. */
const mostEmptyPages = 100;

interface PagesOptions {
  readonly fetch: (query: { readonly limit: number; readonly cursor: string | null }) => Promise<Page>;
  /** Number of rows to return; null for all. */
  readonly limit: number | null;
  /** Where to begin; null for the start. */
  readonly cursor: string | null;
}

/** Some rows, and where to continue after them. */
export interface Batch {
  readonly rows: readonly JsonText[];
  /** Null when there are no more rows. */
  readonly nextCursor: string | null;
}

/**
 * The rows of a list, a page at a time. The next page is requested while the current one is used. Pages are as long as
 * the API allows; the last one is only as long as needed, so that its cursor points to the first row that is left.
 *
 * @throws ReventoError `bad_answer` when cursors repeat or pages stay empty; and whatever `fetch` rejects with, after
 *   yielding all earlier rows
 */
export async function* pages({ fetch, limit, cursor }: PagesOptions): AsyncGenerator<Batch, void, void> {
  const ahead = (at: string, rows: number): Promise<Page> => {
    const page = fetch({ limit: Math.min(longestPage, rows), cursor: at });
    // Its failure is handled where it is awaited; an unhandled one would end the process.
    page.catch(() => undefined);
    return page;
  };
  const circle = new CircleCheck(cursor);
  let left = limit ?? Number.POSITIVE_INFINITY;
  let emptyPages = 0;
  let coming = fetch({ limit: Math.min(longestPage, left), cursor });
  for (;;) {
    const page = await coming;
    const { nextCursor } = page;
    const isCircle = nextCursor !== null && circle.isClosedBy(nextCursor);
    const isEndless = left === Number.POSITIVE_INFINITY;
    const early = isEndless && nextCursor !== null && !isCircle ? ahead(nextCursor, left) : null;
    const all = page.rows();
    // A server that sends more than asked for leaves no cursor to where the rows wanted end.
    const rows = all.length > left ? all.slice(0, left) : all;
    left -= rows.length;
    emptyPages = rows.length === 0 ? emptyPages + 1 : 0;
    if (nextCursor === null || left <= 0) {
      yield { rows, nextCursor };
      return;
    }
    if (isCircle) {
      yield { rows, nextCursor: null };
      throw new ReventoError('bad_answer', 'The list does not end: the server sent the same cursor twice.', {
        hint: 'this is a bug of the server; the rows above may be incomplete',
      });
    }
    if (emptyPages === mostEmptyPages) {
      throw new ReventoError('bad_answer', `The list does not end: ${mostEmptyPages} pages in a row had no rows.`, {
        hint: 'this is a bug of the server; the rows above may be incomplete',
      });
    }
    coming = early ?? ahead(nextCursor, left);
    yield { rows, nextCursor };
  }
}

/**
 * Notices a sequence of cursors that repeats, however long the circle, by keeping one of them: the kept one is
 * replaced at every power of two (Brent, "An improved Monte Carlo factorization algorithm", 1980).
 */
class CircleCheck {
  #kept: string | null;
  #steps = 0;
  #power = 1;

  constructor(first: string | null) {
    this.#kept = first;
  }

  isClosedBy(cursor: string): boolean {
    if (cursor === this.#kept) return true;
    this.#steps++;
    if (this.#steps === this.#power) {
      this.#kept = cursor;
      this.#power *= 2;
      this.#steps = 0;
    }
    return false;
  }
}
