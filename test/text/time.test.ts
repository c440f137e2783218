import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../src/errors/revento-error.ts';
import { formatDuration, parseDuration, relativeTime } from '../../src/text/time.ts';

describe('durations users write', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', 's', '5 m', '-5m', '5x', '1h!', ' 5m', '5M', '1h30', 'Infinity', '1e3s'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(ReventoError);
  });

  it('refuses a wait longer than a timer can hold instead of firing at once', () => {
    expect(() => parseDuration('25d')).toThrow(/too long/);
  });

  it('quotes what it refuses so that no terminal control character gets out', () => {
    expect(() => parseDuration('\u001b[31m')).toThrow('"\\u001b[31m" is not a duration');
  });

  it('reads back every duration it writes, to the precision of two units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (ms) => {
        const back = parseDuration(formatDuration(ms));
        expect(back).toBeLessThanOrEqual(ms);
        expect(ms - back).toBeLessThan(Math.max(ms / 12, 1_000));
      }),
    );
  });
});

describe('durations as shown', () => {
  it.each([
    [0, '0s'],
    [250, '250ms'],
    [45_000, '45s'],
    [1_500, '1s'],
    [5_400_000, '1h30m'],
    [7_776_000_000, '90d'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('times in relation to now', () => {
  it.each([
    [42 * 60_000, 'in 42 minutes'],
    [60_000, 'in 1 minute'],
    [-3 * 3_600_000, '3 hours ago'],
    [400, 'now'],
    [-1_000, '1 second ago'],
    // Just issued: a moment of the hour is over, and of the 90 days.
    [3_600_000 - 400, 'in 1 hour'],
    [3_600_000 - 20_000, 'in 1 hour'],
    [90 * 86_400_000 - 400, 'in 90 days'],
    [86_400_000 - 1, 'in 1 day'],
    // A value between one and two of a unit is shown in smaller units.
    [90 * 60_000, 'in 90 minutes'],
    [-36 * 3_600_000, '36 hours ago'],
    [100_000, 'in 100 seconds'],
    [120_000, 'in 2 minutes'],
    [59_600, 'in 1 minute'],
    [119_600, 'in 2 minutes'],
    [1_600, 'in 2 seconds'],
    [2.4 * 86_400_000, 'in 2 days'],
    // Never said to last when it is over, nor to be over while it lasts.
    [600, 'in 1 second'],
    [-600, '1 second ago'],
    [0, 'now'],
  ])('%d ms away is "%s"', (distance, text) => {
    expect(relativeTime(1_000_000_000_000 + distance, 1_000_000_000_000)).toBe(text);
  });
});
