import { readPage } from '../../api/page.ts';
import { type Batch, pages } from '../../api/pages.ts';
import type { Resource } from '../../api/resources.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { Item } from '../../output/item.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import { type Access, fillEvent } from '../shared/api-access.ts';
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
}

/** The rows of a list as they come, then a note when more are available. */
export async function* listRows(
  resource: Resource,
  access: Access,
  { limit, isDefaultLimit, cursor, filter, zone, progress }: ListOptions,
  deps: Pick<Deps, 'event' | 'profile' | 'signal'>,
): AsyncGenerator<Item, void, void> {
  const path = fillEvent(resource.path, access.eventId);
  const fetch = async (page: { limit: number; cursor: string | null }) => {
    const query: HeaderList = [
      ['limit', `${page.limit}`],
      ...(page.cursor === null ? [] : [['cursor', page.cursor] as const]),
    ];
    const { answer, failure } = await access.client.send({ target: path, query, scope: resource.scope });
    if (failure !== null) throw failure;
    return readPage(answer, `GET ${path}`);
  };
  let last: Batch = { rows: [], nextCursor: cursor };
  let count = 0;
  let isCut = false;
  try {
    // Which rows a filter lets through is known only when they are here.
    for await (const batch of pages({ fetch, limit: filter === null ? limit : null, cursor })) {
      progress.add(batch.rows.length);
      const fitting = filter === null ? batch.rows : await filter(batch.rows);
      const room = limit === null ? fitting.length : limit - count;
      isCut = fitting.length > room || (fitting.length === room && batch.nextCursor !== null);
      const rows = fitting.slice(0, room);
      yield { kind: 'rows', rows, zone: await zone };
      last = batch;
      count += rows.length;
      if (limit !== null && count >= limit) break;
    }
  } catch (error) {
    throw withResume(error, { cursor: last.nextCursor, count }, deps);
  }
  // Where a filter stopped in the middle of a page, no cursor leads to the next row.
  const next = filter === null && last.nextCursor !== null ? last.nextCursor : null;
  if (next === null && !(filter !== null && isCut)) return;
  const others = next === null ? '' : `, or --cursor ${cursorWord(next)} for the next page`;
  const text = `Showing ${rowsInWords(count)}; more available. Use --all for everything${others}.`;
  yield { kind: 'note', text: isDefaultLimit ? `warning: ${text}` : text };
}
