import { expect, it } from 'vitest';
import { isWithoutWait } from '../../../src/sandbox/audit/waits.ts';

it.each([[[3, 2, 4]], [[3, 140, 5]], [[4, 4, 120]], [[99, 99, 99]], [[5, 5, 180, 5, 5, 300, 5, 5]]])(
  '%j show a client that does not wait',
  (gaps) => {
    expect(isWithoutWait(gaps)).toBe(true);
  },
);

it.each([
  [[10, 100, 1_000]],
  [[25, 50, 100]],
  [[40, 80, 160]],
  [[50, 120, 60]],
  [[2, 4, 8, 16, 32, 64, 128]],
  [[200, 400, 800]],
  [[10, 150, 150]],
  [[10, 10, 10, 5_000]],
  [[10, 20, 40, 80, 160, 10, 20, 40, 80, 160]],
  // Full jitter: each wait is between nothing and the backoff.
  [[3, 5, 120]],
  [[5, 20, 400]],
  [[20, 5, 400]],
  [[60, 3, 350]],
])('%j may show a client that waits', (gaps) => {
  expect(isWithoutWait(gaps)).toBe(false);
});
