import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/platform/process/clock.ts';

const dayMs = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('sleeps longer than a timer can be set for', async () => {
  let isOver = false;
  const sleep = systemClock.sleep(60 * dayMs).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(60 * dayMs - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await sleep;
  expect(isOver).toBe(true);
});

it('is woken by its signal at any time', async () => {
  const controller = new AbortController();
  const sleep = systemClock.sleep(60 * dayMs, controller.signal);
  const outcome = expect(sleep).rejects.toBe('SIGINT');
  await vi.advanceTimersByTimeAsync(40 * dayMs);
  controller.abort('SIGINT');
  await outcome;
  expect(vi.getTimerCount()).toBe(0);
});
