import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/http/headers.ts';
import type { HeaderList } from '../../src/ports/exchange.ts';

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 24, 12);
  it.each<[string, HeaderList, number | null]>([
    ['seconds', [['Retry-After', '120']], 120_000],
    ['zero', [['retry-after', '0']], 0],
    ['a date', [['Retry-After', 'Tue, 24 Nov 2026 12:00:30 GMT']], 30_000],
    [
      'a date, by the clock of the server',
      [
        ['Retry-After', 'Tue, 24 Nov 2026 13:00:30 GMT'],
        ['Date', 'Tue, 24 Nov 2026 13:00:00 GMT'],
      ],
      30_000,
    ],
    ['a date that is past', [['Retry-After', 'Tue, 24 Nov 2026 11:00:00 GMT']], 0],
    ['a date in the old form', [['Retry-After', 'Tuesday, 24-Nov-26 12:00:30 GMT']], 30_000],
    ['a number with blanks around it', [['Retry-After', ' 7 ']], 7_000],
    ['nothing', [], null],
    ['a number in another notation', [['Retry-After', '0.5e1']], null],
    ['a negative number', [['Retry-After', '-1']], null],
    ['a part of a second', [['Retry-After', '1.5']], 1_500],
    ['more than anybody waits', [['Retry-After', '99999999999']], 86_400_000],
    ['a date in years', [['Retry-After', 'Fri, 24 Nov 2056 12:00:00 GMT']], 86_400_000],
    ['words', [['Retry-After', 'soon']], null],
  ])('is read from %s', (_name, headers, expected) => {
    expect(retryAfterMs({ headers }, now)).toBe(expected);
  });
});
