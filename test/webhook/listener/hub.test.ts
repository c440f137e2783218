import { describe, expect, it } from 'vitest';
import { type Batch, Hub, type Lane } from '../../../src/webhook/listener/hub.ts';

const bounds = { verified: { rows: 5, bytes: 1_000 }, stranger: { rows: 2, bytes: 1_000 } };

const filled = (count: number, lane: Lane = 'verified') => {
  const hub = new Hub<string>(bounds);
  for (let n = 1; n <= count; n++) hub.add(`v${n}`, 10, lane);
  return hub;
};

/** Everything that a reader gets until the hub closes. */
const all = async (hub: Hub<string>, after = 0) => {
  const read: { missed: number; ids: number[] }[] = [];
  for await (const { missed, entries } of hub.read(after, new AbortController().signal)) {
    read.push({ missed, ids: entries.map(({ id }) => id) });
  }
  return read;
};

describe('a hub', () => {
  it('gives a late reader what is kept, and says how many it missed', async () => {
    const hub = filled(8);
    hub.close();
    expect(await all(hub)).toEqual([{ missed: 3, ids: [4, 5, 6, 7, 8] }]);
  });

  it('continues after the number a reader has', async () => {
    const hub = filled(4);
    hub.close();
    expect(await all(hub, 2)).toEqual([{ missed: 0, ids: [3, 4] }]);
  });

  it('never makes its writer wait for a reader, which finds the gap when it reads on', async () => {
    const hub = filled(1);
    const reader = hub.read(0, new AbortController().signal);
    expect((await reader.next()).value).toMatchObject({ missed: 0, entries: [{ id: 1 }] });
    for (let n = 2; n <= 9; n++) hub.add(`v${n}`, 10, 'verified');
    const late = (await reader.next()).value as Batch<string>;
    expect([late.missed, late.entries.map(({ id }) => id)]).toEqual([3, [5, 6, 7, 8, 9]]);
  });

  it('hands a waiting reader what comes next', async () => {
    const hub = filled(0);
    const next = hub.read(0, new AbortController().signal).next();
    hub.add('news', 10, 'verified');
    expect((await next).value).toMatchObject({ entries: [{ id: 1, value: 'news' }] });
  });

  it('ends a reader whose signal aborts while it waits', async () => {
    const gone = new AbortController();
    const next = filled(0).read(0, gone.signal).next();
    gone.abort();
    expect((await next).done).toBe(true);
  });

  it('keeps verified entries whatever strangers send', async () => {
    const hub = filled(3);
    for (let n = 0; n < 1_000; n++) hub.add('forged', 10, 'stranger');
    hub.close();
    const [{ ids, missed } = { ids: [], missed: 0 }] = await all(hub);
    expect(ids).toEqual([1, 2, 3, 1_002, 1_003]);
    expect(missed).toBe(998);
  });

  it('stays within its bytes, and keeps one entry even if that is longer', async () => {
    const hub = new Hub<string>(bounds);
    hub.add('short', 900, 'verified');
    hub.add('long', 5_000, 'verified');
    expect([hub.find(1), hub.find(2)?.value]).toEqual([null, 'long']);
    hub.add('short again', 10, 'verified');
    expect([hub.find(2), hub.find(3)?.value]).toEqual([null, 'short again']);
  });

  it('finds nothing under a number that was never used', () => {
    expect([filled(2).find(0), filled(2).find(3), filled(2).find(1.5)]).toEqual([null, null, null]);
  });

  it('reports a gap to a reader even if no entry after it is kept', async () => {
    const hub = new Hub<string>({ verified: { rows: 1, bytes: 100 }, stranger: { rows: 1, bytes: 100 } });
    for (let n = 0; n < 3; n++) hub.add('x', 1, 'verified');
    hub.close();
    expect(await all(hub, 1)).toEqual([{ missed: 1, ids: [3] }]);
    expect(await all(hub, 99)).toEqual([]);
  });

  it('hands out a long backlog in pieces, none twice and none left out', async () => {
    const hub = new Hub<number>({ verified: { rows: 10_000, bytes: 1e9 }, stranger: { rows: 10_000, bytes: 1e9 } });
    for (let n = 0; n < 1_000; n++) hub.add(n, 1, n % 3 === 0 ? 'stranger' : 'verified');
    hub.close();
    const ids: number[] = [];
    for await (const { missed, entries } of hub.read(0, new AbortController().signal)) {
      expect([missed, entries.length <= 200]).toEqual([0, true]);
      ids.push(...entries.map(({ id }) => id));
    }
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
  });
});
