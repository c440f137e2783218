import { expect, it } from 'vitest';
import { eventStream } from '../../src/inspector/event-stream.ts';
import type { Inspected } from '../../src/inspector/inspected.ts';
import { Hub } from '../../src/webhook/listener/hub.ts';
import { fakeClock } from '../support/fake-clock.ts';

const bounds = { rows: 10_000, bytes: 2 ** 20 };

function delivery(line: string): Inspected {
  const body = Buffer.alloc(0);
  return { line, headers: [], body, isWhole: true, receivedAt: 0, reason: null, posted: [], scrubbed: null };
}

/** A stream whose gathering ends when the test says so, without heartbeats: the deliveries of its next piece. */
function streamOf(hub: Hub<Inspected>) {
  let pass: () => void = () => undefined;
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (ms >= 1_000) return;
      pass = resolve;
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const signal = new AbortController().signal;
  const pieces = eventStream(hub, 0, { clock: { ...fakeClock(), sleep }, signal })[Symbol.asyncIterator]();
  const next = async () => {
    const text = Buffer.from((await pieces.next()).value ?? '').toString();
    return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  };
  return { next, pass: () => pass(), isOver: async () => (await pieces.next()).done === true };
}

function filled(count: number): Hub<Inspected> {
  const hub = new Hub<Inspected>({ verified: bounds, stranger: bounds });
  for (let id = 1; id <= count; id++) hub.add(delivery(`{"n":${id}}`), 8, 'verified');
  return hub;
}

it('sends a delivery at once, and what comes soon after it in one piece', async () => {
  const hub = filled(0);
  const { next, pass } = streamOf(hub);
  expect(await next()).toEqual([]);
  const first = next();
  hub.add(delivery('{"n":1}'), 8, 'verified');
  expect(await first).toEqual([1]);
  const second = next();
  for (let id = 2; id <= 9; id++) {
    await new Promise(setImmediate);
    hub.add(delivery(`{"n":${id}}`), 8, 'verified');
  }
  pass();
  expect(await second).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

it('sends what was there before without a wait', async () => {
  const { next } = streamOf(filled(450));
  expect(await next()).toEqual([]);
  const seen = [...(await next()), ...(await next()), ...(await next())];
  expect(seen).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
});

it('ends with the hub, without waiting for more', async () => {
  const hub = filled(0);
  const { next, isOver } = streamOf(hub);
  expect(await next()).toEqual([]);
  hub.add(delivery('{"n":1}'), 8, 'verified');
  expect(await next()).toEqual([1]);
  const rest = next();
  hub.add(delivery('{"n":2}'), 8, 'verified');
  hub.close();
  expect(await rest).toEqual([2]);
  expect(await isOver()).toBe(true);
});
