import { ReventoError } from '../errors.ts';
import type { JsonText } from '../output/item.ts';
import type { Page } from './page.ts';

/** Most rows a page holds. Source: guide, pagination. */
export const longestPage = 50;

export interface PagesOptions {
  /** Fetches one page. */
  readonly fetch: (query: { readonly limit: number; readonly cursor: string | null }) => Promise<Page>;
  /** Rows in all; null for every row there is. */
  readonly limit: number | null;
  /** Where to begin; null for the start. */
  readonly cursor: string | null;
}

/** Some rows, and where to go on after them. */
export interface Batch {
  readonly rows: readonly JsonText[];
  /** Null when there are no more rows. */
  readonly nextCursor: string | null;
}

/**
 * The rows of a list, a page at a time. While a page is used the next one is already on its way; pages are as long
 * as the API allows, and the last one is just as long as needed, so that its cursor is where the rows end.
 *
 * @throws ReventoError `bad_answer` when the cursor goes in a circle; and whatever `fetch` rejects with, after all
 *   rows before it were given
 */
export async function* pages({ fetch, limit, cursor }: PagesOptions): AsyncGenerator<Batch, void, void> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  const sizeOf = (rows: number) => Math.min(longestPage, rows);
  const circle = new CircleCheck(cursor);
  let coming = fetch({ limit: sizeOf(left), cursor });
  for (;;) {
    const page = await coming;
    const { nextCursor } = page;
    // A server that sends more than asked for leaves no cursor to where the rows wanted end.
    const rows = page.rows.length > left ? page.rows.slice(0, left) : page.rows;
    left -= rows.length;
    if (nextCursor === null || left <= 0) {
      yield { rows, nextCursor };
      return;
    }
    if (circle.isClosedBy(nextCursor)) {
      yield { rows, nextCursor: null };
      throw new ReventoError('bad_answer', 'The list does not move on: the server sent a cursor it had sent before.', {
        hint: 'this is a fault of the server; the rows above may not be all there are',
      });
    }
    coming = fetch({ limit: sizeOf(left), cursor: nextCursor });
    // Its failure is met by the `await` above; until then, or when nobody comes back for it, it must not end the process.
    coming.catch(() => undefined);
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
