import { expect, it } from 'vitest';
import { Feed } from '../../../src/sandbox/server/feed.ts';

it('hands over what came before and while it is read, in order, until it is aborted', async () => {
  const feed = new Feed<number>();
  const stop = new AbortController();
  feed.push(1);
  feed.push(2);
  const seen: number[] = [];
  for await (const entry of feed.read(stop.signal)) {
    seen.push(entry);
    if (entry === 2) queueMicrotask(() => feed.push(3));
    if (entry === 3) stop.abort();
  }
  expect(seen).toEqual([1, 2, 3]);
});

it('ends at once when it is aborted while nothing comes', async () => {
  const stop = new AbortController();
  const next = new Feed<number>().read(stop.signal).next();
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

it('drops and counts unread entries, instead of keeping them forever', () => {
  const feed = new Feed<number>();
  for (let i = 0; i < 10_005; i++) feed.push(i);
  expect(feed.dropped).toBe(5);
});
