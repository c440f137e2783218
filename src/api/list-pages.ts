import type { HeaderList } from '../ports/exchange.ts';
import type { ApiClient } from './client.ts';
import { type Page, readPage } from './page.ts';
import { type Batch, pages } from './pages.ts';

interface ListPart {
  /** Rows in all; null for every one. */
  readonly limit: number | null;
  /** Where to begin; null for the start. */
  readonly cursor: string | null;
}

/**
 * The rows of a list of the API, a page at a time.
 *
 * @throws ReventoError what the API refuses, and what `send` and `pages` throw
 */
export function listPages(
  client: ApiClient,
  { path, scope }: { readonly path: string; readonly scope: string },
  part: ListPart,
): AsyncGenerator<Batch, void, void> {
  const fetch = async ({
    limit,
    cursor,
  }: {
    readonly limit: number;
    readonly cursor: string | null;
  }): Promise<Page> => {
    const query: HeaderList = [['limit', `${limit}`], ...(cursor === null ? [] : [['cursor', cursor] as const])];
    const { answer, failure } = await client.send({ target: path, query, scope });
    if (failure !== null) throw failure;
    return readPage(answer, `GET ${path}`);
  };
  return pages({ fetch, ...part });
}
