import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/json/value.ts';
import { changeBetween, describeChange, isSameChange, timesOf } from '../../../src/webhook/effects/change.ts';

const row = (digit: string, status = 'approved') => ({ id: `app_${digit.repeat(16)}`, status });

describe('a change', () => {
  it.each<[Json, Json, string]>([
    [3, 4, '+1'],
    [4, 3, '-1'],
    [{ a: 1, b: { c: 2 } }, { b: { c: 5 }, a: 1 }, 'b.c +3'],
    [[], [row('1'), row('2')], 'entries added: 2'],
    [[{ 'count(*)': 2 }], [{ 'count(*)': 3 }], 'count(*) +1'],
    [{ status: 'pending' }, { status: 'approved' }, 'status changed'],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, 'no change'],
    [[row('1'), row('2')], [row('2')], 'entries removed: 1'],
  ])('of %j to %j is described as %s', (before, after, words) => {
    expect(describeChange(changeBetween(before, after))).toBe(words);
  });

  it('never shows a text of the output', () => {
    expect(describeChange(changeBetween({ name: 'Ada' }, { name: 'Zoë' }))).toBe('name changed');
  });

  it.each(['ada@example.org', 'Ada Lovelace', '+4915112345', 'Zoë', 'ada%40example'])(
    'never shows a name of a member that looks like data: %s',
    (name) => {
      expect(describeChange(changeBetween({ sent: { [name]: 1 } }, { sent: { [name]: 2 } }))).toBe('sent.[masked] +1');
      const [one, other] = [changeBetween({}, { [name]: 1 }), changeBetween({}, { [`${name}@x`]: 1 })];
      expect(isSameChange(one, other)).toBe(false);
    },
  );

  it('is the same for deliveries that differ in ids and times only', () => {
    const one = changeBetween([], [{ ...row('1'), at: '2026-03-01T12:00:00.000Z' }]);
    const other = changeBetween([row('1')], [row('1'), { ...row('2'), at: '2026-03-01T12:00:09.500Z' }]);
    expect(isSameChange(one, other)).toBe(true);
    expect(isSameChange(one, changeBetween([], [{ ...row('3', 'rejected'), at: '2026-03-01T12:00:00Z' }]))).toBe(false);
  });

  it.each<[string, Json, Json, Json, Json]>([
    ['in milliseconds', [], [1_764_500_000_123], [], [1_764_500_009_456]],
    ['in seconds', { at: 1_764_500_000 }, { at: 1_764_500_001 }, { at: 1_764_500_001 }, { at: 1_764_500_007 }],
  ])('is the same for times that are numbers, %s', (_, before, after, before2, after2) => {
    expect(isSameChange(changeBetween(before, after), changeBetween(before2, after2))).toBe(true);
  });

  it('is another one for other numbers', () => {
    expect(isSameChange(changeBetween({ at: 1 }, { at: 2 }), changeBetween({ at: 2 }, { at: 9 }))).toBe(false);
    expect(isSameChange(changeBetween([], [4_915_112_345]), changeBetween([], [4_915_112_346]))).toBe(false);
  });

  it.each<[Json, Json, number | null]>([
    [{ a: 1, b: 1 }, { a: 0, b: 0 }, 0],
    [{ a: 1, b: 1 }, { a: 1, b: 1 }, 1],
    [{ a: 1, b: 1 }, { a: 2, b: 1 }, 2],
    [{ a: 2, b: 1 }, { a: 3, b: 1 }, null],
    [{ a: 1, b: 0 }, { a: 1, b: 1 }, null],
    [{ a: 1, b: 1 }, { a: 1, b: 0 }, null],
  ])('counts how often a delivery that means %j took effect: %j', (one, change, times) => {
    const none = { a: 0, b: 0 };
    expect(timesOf(changeBetween(none, change), changeBetween(none, one))).toBe(times);
  });
});
