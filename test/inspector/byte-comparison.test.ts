import { expect, it } from 'vitest';
import { byteComparison } from '../../src/inspector/byte-comparison.ts';

const compared = (sent: string, arrived: string) => byteComparison(Buffer.from(sent), Buffer.from(arrived));

it('of the same bytes finds no difference', () => {
  expect(compared('{"a":"Zoë"}', '{"a":"Zoë"}')).toMatchObject({ sent_bytes: 12, arrived_bytes: 12, differs_at: null });
});

it.each([
  ['another byte', '0123456789abcdefXYZ', '0123456789abcdefXyZ', 17, '58595a', '58795a'],
  ['a byte that was added', 'abc', 'abxc', 2, '616263', '61627863'],
  ['a line break at the end', '0123456789abcdef', '0123456789abcdef\n', 16, '', '0a'],
  ['an end that is missing', '0123456789abcdefX', '0123456789abcdef', 16, '58', ''],
  ['nothing that arrived', 'a', '', 0, '61', ''],
])('finds %s', (_, sent, arrived, at, sentLine, arrivedLine) => {
  const found = compared(sent, arrived);
  expect([found.differs_at, found.sent_line, found.arrived_line]).toEqual([at, sentLine, arrivedLine]);
});
