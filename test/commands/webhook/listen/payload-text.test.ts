import { expect, it } from 'vitest';
import { payloadText } from '../../../../src/commands/webhook/listen/payload-text.ts';
import { plainStyle } from '../../../../src/text/style.ts';
import { deliveryOf } from '../../../support/webhook/listened-delivery.ts';

const long = { list: Array.from({ length: 500 }, (_, index) => index), text: 'x'.repeat(5_000) };
const linesAt = (width: number | undefined, json: unknown) =>
  payloadText(deliveryOf(json), plainStyle(width)).split('\n');

it('is cut on a terminal, and says how much there is', () => {
  const lines = linesAt(80, long);
  expect(lines.length).toBeLessThan(130);
  expect(lines.at(-1)).toMatch(/^\(\d+ more lines, \d+ bytes; -o ndjson and --record have them all\)$/);
  expect(linesAt(80, { text: 'x'.repeat(5_000) }).at(-1)).toMatch(/^\(cut, 5011 bytes; /);
});

it('is whole in a pipe or a file', () => {
  expect(linesAt(undefined, long).join('\n')).toBe(JSON.stringify(long, null, 2));
});
