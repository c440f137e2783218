import { expect, it } from 'vitest';
import { jsonReport } from '../../src/checks/json.ts';
import { aReport } from '../support/webhook/check-report.ts';

it('has the counts, the remarks and each check with its particulars as fields', () => {
  const { cases, ...rest } = jsonReport(aReport);
  expect(rest).toEqual({ passed: 1, warned: 1, failed: 1, skipped: 1, notes: ['note: said once <b>'] });
  expect(cases.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['one', 'pass'],
    ['two', 'fail'],
    ['three', 'warn'],
    ['four', 'skip'],
  ]);
  expect(cases[1]).toEqual({
    id: 'two',
    title: 'does that # too',
    outcome: 'fail',
    sent: 'a thing',
    got: 'HTTP 500 <&">\u0007',
    fix: 'do it',
    duration_ms: 4,
  });
});
