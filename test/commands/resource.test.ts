import { describe, expect, it } from 'vitest';
import { resourceOf } from '../../src/api/resources.ts';
import { resourceCommand } from '../../src/commands/resource.ts';
import type { Item, JsonText } from '../../src/output/item.ts';
import { apiBench, collect } from '../support/api-deps.ts';

const participants = resourceCommand(resourceOf('participants list'));
const rowsOf = (items: readonly Item[]) =>
  items.flatMap((item) => (item.kind === 'rows' ? item.rows : [])).map((row) => (row as JsonText).text);

describe('participants list', () => {
  it('shows 25 rows and names the cursor to go on from', async () => {
    const bench = await apiBench();
    const { items, failure } = await collect(participants.run({ maxWait: '5m' }, bench.deps));
    expect(failure).toBeNull();
    expect(rowsOf(items)).toHaveLength(25);
    expect(bench.notices[0]).toMatch(/^25 rows shown, more remain: go on with --cursor \S+, or see --all$/);
  });
});
