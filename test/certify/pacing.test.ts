import { expect, it } from 'vitest';
import { isPaced } from '../../src/certify/pacing.ts';

/** Requests at regular intervals, the last one some time ago. */
const requests = (count: number, everyMs: number, agoMs = 0) =>
  Array.from({ length: count }, (_, index) => ({ startMs: -agoMs - index * everyMs }));

it.each([
  ['has sent as many requests as a minute allows, and now sends none', true, requests(20, 100, 5_000)],
  ['sends a request every two seconds', true, requests(13, 2_000, 1_000)],
  ['sends a request every three seconds, for a minute', true, requests(20, 3_000, 500)],
  ['sends requests as fast as it can', false, requests(500, 40)],
  ['sends two requests a second', false, requests(60, 500)],
  ['waits longer and longer between attempts', false, [0, 8, 12, 14].map((s) => ({ startMs: -1_000 * s }))],
  ['has stopped after a few requests', false, requests(8, 1_000, 10_000)],
  ['has sent none', false, []],
])('a sync that %s: %s', (_, wanted, apis) => {
  expect(isPaced(apis, 0)).toBe(wanted);
});
