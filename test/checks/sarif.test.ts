import { expect, it } from 'vitest';
import { sarifReport } from '../../src/checks/sarif.ts';
import { aReport } from '../support/webhook/check-report.ts';

it('has every check as a rule, and what failed or warns as results', () => {
  const { version, runs } = JSON.parse(sarifReport(aReport));
  expect(version).toBe('2.1.0');
  expect(runs).toHaveLength(1);
  const [{ tool, results, invocations }] = runs;
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['one', 'two', 'three', 'four']);
  expect(tool.driver.rules[1].help).toEqual({ text: 'fix: do it' });
  expect(results.map(({ ruleId, level }: { ruleId: string; level: string }) => [ruleId, level])).toEqual([
    ['two', 'error'],
    ['three', 'warning'],
  ]);
  expect(results[0].message.text).toBe('does that # too: HTTP 500 <&">\u0007');
  expect(invocations[0].toolExecutionNotifications[0].message.text).toBe('note: said once <b>');
});
