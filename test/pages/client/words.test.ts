import { expect, it } from 'vitest';
import { grouped } from '../../../src/pages/client/words.ts';

it.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [12_345, '12,345'],
  [1_234_567, '1,234,567'],
])('writes %d as %s', (count, words) => {
  expect(grouped(count)).toBe(words);
});
