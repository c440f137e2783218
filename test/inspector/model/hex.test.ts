import { expect, it } from 'vitest';
import { hexLines } from '../../../src/inspector/model/hex.ts';

it('shows every byte with its place, and a dot for what has no sign', () => {
  const [first, second, ...rest] = hexLines(Buffer.from('{"a":"0123456789 ë"}\n'));
  expect(first).toMatchObject({ offset: '00000000', text: '{"a":"0123456789' });
  expect(second).toMatchObject({ offset: '00000010', bytes: ['20', 'c3', 'ab', '22', '7d', '0a'], text: ' .."}.' });
  expect(rest).toEqual([]);
});

it('begins where it is asked to, and ends there', () => {
  expect(hexLines(Buffer.alloc(100), 2, 2).map(({ offset }) => offset)).toEqual(['00000020', '00000030']);
});
