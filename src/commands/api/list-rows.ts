import { listPages } from '../../api/list-pages.ts';
import type { Batch } from '../../api/pages.ts';
import type { Resource } from '../../api/resources.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { Item } from '../../output/item.ts';
import { type Access, fillEvent } from '../shared/api-access.ts';
import type { Mask } from './mask.ts';
import type { CallProgress } from './progress.ts';
import { cursorWord, rowsInWords, withResume } from './resume.ts';
import type { RowFilter } from './row-filter.ts';

interface ListOptions {
  /** Rows in all; null for every one. */
  readonly limit: number | null;
  /** Nobody asked for the limit. */
  readonly isDefaultLimit: boolean;
  readonly cursor: string | null;
  readonly filter: RowFilter | null;
  /** The zone in which a table shows times, as soon as it is known. */
  readonly zone: Promise<string | null>;
  readonly progress: CallProgress;
  readonly mask: Mask;
  /** No cursor is shown, which may hold what the rows are sorted by. */
  readonly isRedacted: boolean;
}

/** The rows of a list as they come, then a note when more are available. */
export async function* listRows(
  resource: Resource,
  access: Access,
  { limit, isDefaultLimit, cursor, filter, zone, progress, mask, isRedacted }: ListOptions,
  deps: Pick<Deps, 'event' | 'profile' | 'signal'>,
): AsyncGenerator<Item, void, void> {
  const path = fillEvent(resource.path, access.eventId);
  // A filter can only be applied once the rows have arrived.
  const part = { limit: filter === null ? limit : null, cursor };
  let last: Batch = { rows: [], nextCursor: cursor };
  let count = 0;
  let isCut = false;
  try {
    for await (const batch of listPages(access.client, { path, scope: resource.scope }, part)) {
      progress.add(batch.rows.length);
      const fitting = filter === null ? batch.rows : await filter(batch.rows);
      const room = limit === null ? fitting.length : limit - count;
      isCut = fitting.length > room || (fitting.length === room && batch.nextCursor !== null);
      const rows = fitting.slice(0, room).map(mask);
      yield { kind: 'rows', rows, zone: await zone };
      last = batch;
      count += rows.length;
      if (limit !== null && count >= limit) break;
    }
  } catch (error) {
    throw withResume(error, { cursor: isRedacted ? null : last.nextCursor, count }, deps);
  }
  // Where a filter stopped in the middle of a page, no cursor leads to the next row.
  const next = filter === null && last.nextCursor !== null ? last.nextCursor : null;
  if (next === null && !(filter !== null && isCut)) return;
  const others = next === null || isRedacted ? '' : `, or --cursor ${cursorWord(next)} for the next page`;
  const text = `Showing ${rowsInWords(count)}; more available. Use --all for everything${others}.`;
  yield { kind: 'note', text: isDefaultLimit ? `warning: ${text}` : text };
}
