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
  feed.add(1, 10);
  let hasRoom = false;
  const room = feed.room().then(() => {
    hasRoom = true;
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  const reader = feed[Symbol.asyncIterator]();
  await reader.next();
  feed.add(2, 1);
  await reader.next();
  await room;
  expect(hasRoom).toBe(true);
});

it('lets waiting senders go when its reader leaves', async () => {
  const feed = new OrderedFeed<number>(1);
  feed.add(1, 5);
  for await (const _batch of feed) {
    feed.add(2, 5);
    break;
  }
  await feed.room();
});

it('lets waiting senders go when it ends', async () => {
  const feed = new OrderedFeed<number>(1);
  feed.add(1, 5);
  const room = feed.room();
  feed.end();
  await room;
});
