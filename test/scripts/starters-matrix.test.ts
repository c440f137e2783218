import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Mark, NotRun } from '../support/starters/matrix.ts';

const directory = mkdtempSync(join(tmpdir(), 'revento-matrix-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function printed(text: string): string {
  const report = join(directory, 'report.json');
  writeFileSync(report, text);
  return execFileSync(process.execPath, [join(import.meta.dirname, '../../.ci/starters.mjs'), report], {
    encoding: 'utf8',
  });
}

function reportOf(marks: readonly (Mark | NotRun)[]): string {
  const tests = marks.map((starter) => ({ status: 'passed', meta: { starter } }));
  return JSON.stringify({ testResults: [{ assertionResults: [{ status: 'passed', meta: {} }, ...tests] }] });
}

it('prints what was found of each starter, what failed, and what was not run', () => {
  const go = { language: 'go', framework: 'net/http', version: '1.19.8' };
  const marks: (Mark | NotRun)[] = [
    { ...go, step: 'check', found: '44/44', seconds: 1.5 },
    { language: 'cobol', framework: 'cics', lack: 'needs a mainframe' },
    { ...go, step: 'race', seconds: 2 },
    { ...go, step: 'kills', found: '10 (seed 7), 1 in a refresh', seconds: 8 },
  ];
  expect(printed(reportOf(marks))).toBe(
    [
      'starter        version  tests    check  answers  certify  race    kills                        seconds',
      'go (net/http)  1.19.8   not run  44/44  not run  not run  FAILED  10 (seed 7), 1 in a refresh  12',
      'cobol (cics)   not run here: needs a mainframe',
      '',
    ].join('\n'),
  );
});

it('says so when the tests did not get as far as the starters', () => {
  expect(printed('')).toContain('the tests did not get that far');
});
