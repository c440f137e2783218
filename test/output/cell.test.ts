import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellOf } from '../../src/output/cell.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const text = (value: string | undefined, path = 'x') => cellOf(value, path, now).text;

describe('a table cell', () => {
  it.each([
    ['null', '-'],
    [undefined, '-'],
    ['true', 'yes'],
    ['false', 'no'],
    ['2.50', '2.50'],
    ['1e400', '1e400'],
    ['12345678901234567890', '12345678901234567890'],
    ['"text"', 'text'],
    ['""', ''],
    ['"two\\nlines\\tand a tab"', 'two lines and a tab'],
    ['"\\u001b[31mred"', '[31mred'],
    ['{ "a" : [1, 2] }', '{"a":[1,2]}'],
    ['{"a":"\u009b2J"}', '{"a":"2J"}'],
    ['"2026-13-45T99:99:99Z"', '2026-13-45T99:99:99Z'],
    ['"2026-11-24"', '2026-11-24'],
  ])('of %s shows %j', (value, shown) => {
    expect(text(value)).toBe(shown);
  });

  it('is dim where there is nothing', () => {
    expect(cellOf('null', 'x', now).paint).toBe('dim');
  });

  it.each([
    ['approved', 'green'],
    ['pending', 'yellow'],
    ['rejected', 'red'],
    ['revision_requested', 'cyan'],
    ['never_heard_of', 'plain'],
  ])('of the status %s is %s', (status, paint) => {
    expect(cellOf(`"${status}"`, 'application_status', now).paint).toBe(paint);
  });

  it('is not colored for a word that is not a status', () => {
    expect(cellOf('"approved"', 'dietary_notes', now).paint).toBe('plain');
  });
});

describe('a time in a table', () => {
  const zone = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = 'Asia/Tokyo';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['2026-11-24T06:24:00Z', 'Nov 24 15:24'],
    ['2026-11-24T06:24:00.123Z', 'Nov 24 15:24'],
    ['2026-11-24T06:24:00+01:00', 'Nov 24 14:24'],
    ['2025-11-04T06:04:00Z', 'Nov 04 2025 15:04'],
    ['2025-12-31T20:00:00Z', 'Jan 01 05:00'],
  ])('is local and short: %s', (time, shown) => {
    expect(text(`"${time}"`, 'submitted_at')).toBe(shown);
  });
});
