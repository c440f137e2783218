import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/api/page.ts';
import { type Batch, pages } from '../../src/api/pages.ts';
import { JsonText } from '../../src/json/value.ts';

/** A list of rows `0` to `count - 1`, whose cursors are positions; and what was asked of it. */
function listOf(count: number) {
  const asked: { limit: number; cursor: string | null }[] = [];
  const fetch = async (query: { limit: number; cursor: string | null }): Promise<Page> => {
    asked.push(query);
    const start = Number(query.cursor ?? 0);
    const end = Math.min(start + query.limit, count);
    const rows = Array.from({ length: end - start }, (_, index) => new JsonText(`${start + index}`));
    return { rows: () => rows, nextCursor: end < count ? `${end}` : null };
  };
  return { asked, fetch };
}

async function all(batches: AsyncGenerator<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}
const numbers = (batches: readonly Batch[]) => batches.flatMap(({ rows }) => rows.map(({ text }) => Number(text)));

describe('pages', () => {
  it.each([
    [1, [1]],
    [25, [25]],
    [50, [50]],
    [51, [50, 1]],
    [120, [50, 50, 20]],
  ])('%i rows take requests of %j', async (limit, sizes) => {
    const list = listOf(1_000);
    const batches = await all(pages({ fetch: list.fetch, limit, cursor: null }));
    expect(numbers(batches)).toEqual(Array.from({ length: limit }, (_, index) => index));
    expect(list.asked.map((query) => query.limit)).toEqual(sizes);
    expect(batches.at(-1)?.nextCursor).toBe(`${limit}`);
  });

  it('gives every row of a list once, in order, and ends without a cursor', async () => {
    const list = listOf(173);
    const batches = await all(pages({ fetch: list.fetch, limit: null, cursor: null }));
    expect(numbers(batches)).toEqual(Array.from({ length: 173 }, (_, index) => index));
    expect(batches.at(-1)?.nextCursor).toBeNull();
    expect(list.asked.every(({ limit }) => limit === 50)).toBe(true);
  });

  it('continues from a cursor', async () => {
    const batches = await all(pages({ fetch: listOf(100).fetch, limit: 3, cursor: '40' }));
    expect(numbers(batches)).toEqual([40, 41, 42]);
  });

  it('ends at the end of the list when fewer rows are there than wanted', async () => {
    const batches = await all(pages({ fetch: listOf(7).fetch, limit: 100, cursor: null }));
    expect(numbers(batches)).toHaveLength(7);
  });

  it('asks for the next page while the last one is used, and not for one further', async () => {
    const list = listOf(500);
    const batches = pages({ fetch: list.fetch, limit: null, cursor: null });
    await batches.next();
    expect(list.asked).toHaveLength(2);
    await batches.return();
    expect(list.asked).toHaveLength(2);
  });

  it('asks for the next page before it looks at the rows, when every row is wanted', async () => {
    const order: string[] = [];
    const fetch = async ({ cursor }: { cursor: string | null }): Promise<Page> => {
      order.push(`ask ${cursor}`);
      return {
        nextCursor: cursor === null ? 'b' : null,
        rows: () => {
          order.push(`rows ${cursor}`);
          return [];
        },
      };
    };
    await all(pages({ fetch, limit: null, cursor: null }));
    expect(order).toEqual(['ask null', 'ask b', 'rows null', 'rows b']);
  });

  it('continues past an empty page that says there is more', async () => {
    const sequence: Page[] = [
      { rows: () => [], nextCursor: 'a' },
      { rows: () => [new JsonText('1')], nextCursor: null },
    ];
    const fetch = async () => sequence.shift() as Page;
    expect(numbers(await all(pages({ fetch, limit: null, cursor: null })))).toEqual([1]);
  });

  it('never gives more rows than wanted, even when the server sends more', async () => {
    const fetch = async (): Promise<Page> => ({
      rows: () => Array.from({ length: 60 }, (_, index) => new JsonText(`${index}`)),
      nextCursor: 'x',
    });
    expect(numbers(await all(pages({ fetch, limit: 10, cursor: null })))).toHaveLength(10);
  });

  it.each([
    ['stands still', ['a', 'a']],
    ['goes in a circle of two', ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']],
    [
      'goes in a circle of five after a start',
      ['x', 'y', ...Array.from({ length: 40 }, (_, index) => `c${index % 5}`)],
    ],
  ])('a cursor that %s is an error and no loop', async (_name, cursors) => {
    const left = [...cursors];
    const fetch = async (): Promise<Page> => {
      const nextCursor = left.shift();
      if (nextCursor === undefined) throw new Error('asked again and again');
      return { rows: () => [], nextCursor };
    };
    await expect(all(pages({ fetch, limit: null, cursor: null }))).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('a cursor that comes back to the one it began with is an error', async () => {
    const fetch = async (): Promise<Page> => ({ rows: () => [], nextCursor: 'start' });
    await expect(all(pages({ fetch, limit: null, cursor: 'start' }))).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('endless new cursors without rows are an error', async () => {
    let asked = 0;
    const fetch = async (): Promise<Page> => {
      if (++asked > 1_000) throw new Error('asked again and again');
      return { rows: () => [], nextCursor: `c${asked}` };
    };
    await expect(all(pages({ fetch, limit: null, cursor: null }))).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('gives the rows before a page that fails, then the failure', async () => {
    const list = listOf(200);
    const fetch = async (query: { limit: number; cursor: string | null }) => {
      if (query.cursor === '100') throw new Error('down');
      return list.fetch(query);
    };
    const found: Batch[] = [];
    const run = async () => {
      for await (const batch of pages({ fetch, limit: null, cursor: null })) found.push(batch);
    };
    await expect(run()).rejects.toThrow('down');
    expect(numbers(found)).toHaveLength(100);
    expect(found.at(-1)?.nextCursor).toBe('100');
  });
});
