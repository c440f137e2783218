import { expect, it } from 'vitest';
import { scoreLine, scoreOf } from '../../src/checks/result.ts';
import { aReport } from '../support/webhook/check-report.ts';

it('counts each outcome', () => {
  expect(scoreOf(aReport.results)).toEqual({ passed: 1, warned: 1, failed: 1, skipped: 1 });
});

it('says what is not zero', () => {
  expect(scoreLine(aReport.results)).toBe('1 of 4 cases passed, 1 failed, 1 warning, 1 not judged');
  expect(scoreLine(aReport.results.slice(0, 1))).toBe('1 of 1 cases passed');
});
