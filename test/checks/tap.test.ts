import { expect, it } from 'vitest';
import { tapReport } from '../../src/checks/tap.ts';
import { aReport } from '../support/webhook/check-report.ts';

it('has a plan, a line for each check, and the remarks as comments', () => {
  const lines = tapReport(aReport).split('\n');
  expect(lines.filter((line) => /^\S/.test(line))).toEqual([
    'TAP version 13',
    '1..4',
    'ok 1 - one: does this',
    'not ok 2 - two: does that \\# too',
    'ok 3 - three: may do so',
    'ok 4 - four: unknown # SKIP not judged: HTTP 429',
    '# note: said once <b>',
  ]);
  expect(lines).toContain('  severity: "warn"');
  expect(lines).toContain('  got: "HTTP 500 <&\\">\\u0007"');
});
