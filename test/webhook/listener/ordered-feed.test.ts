import { expect, it } from 'vitest';
import { OrderedFeed } from '../../../src/webhook/listener/ordered-feed.ts';

const readAll = async <T>(feed: OrderedFeed<T>) => {
  const all: T[] = [];
  for await (const batch of feed) all.push(...batch);
  return all;
};

it('gives places in the order they were taken, and other values at once', async () => {
  const feed = new OrderedFeed<string>(1_000);
  const [first, second] = [feed.open(), feed.open()];
  second.fill('second', 1);
  feed.add('aside', 1);
  first.fill('first', 1);
  feed.end();
  expect(await readAll(feed)).toEqual(['aside', 'first', 'second']);
});

it('gives what there is when it ends, and gives up places still open', async () => {
  const feed = new OrderedFeed<string>(1_000);
  feed.add('a', 1);
  feed.open();
  feed.open().fill('behind an open place', 1);
  feed.end();
  expect(await readAll(feed)).toEqual(['a']);
});

it('holds senders back while the reader is behind', async () => {
  const feed = new OrderedFeed<number>(10);
  expect(feed.reserve(10)).toBe(true);
  feed.add(1, 10);
  expect(feed.reserve(1)).toBe(false);
  let hasRoom = false;
  const room = feed.room(1).then(() => {
    hasRoom = true;
    feed.add(2, 1);
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  const reader = feed[Symbol.asyncIterator]();
  await reader.next();
  expect(await reader.next()).toMatchObject({ value: [2] });
  await room;
});

it('wakes waiting senders one by one, as many as there is room for', async () => {
  const feed = new OrderedFeed<number>(10);
  feed.reserve(10);
  feed.add(0, 10);
  const woken: number[] = [];
  for (const sender of [1, 2, 3]) {
    void feed.room(10).then(() => {
      woken.push(sender);
      feed.add(sender, 10);
    });
  }
  const reader = feed[Symbol.asyncIterator]();
  expect(await reader.next()).toMatchObject({ value: [0] });
  expect(await reader.next()).toMatchObject({ value: [1] });
  expect(woken).toEqual([1]);
  expect(await reader.next()).toMatchObject({ value: [2] });
  expect(woken).toEqual([1, 2]);
});

it('lets waiting senders go when its reader leaves', async () => {
  const feed = new OrderedFeed<number>(1);
  feed.reserve(5);
  feed.add(1, 5);
  for await (const _batch of feed) {
    feed.add(2, 0);
    break;
  }
  await feed.room(5);
});

it('lets waiting senders go when it ends', async () => {
  const feed = new OrderedFeed<number>(1);
  feed.reserve(5);
  feed.add(1, 5);
  const room = feed.room(5);
  feed.end();
  await room;
});
