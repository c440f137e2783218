import { expect, it } from 'vitest';
import { resultText, scoreText } from '../../src/checks/text.ts';
import { plainStyle } from '../../src/text/style.ts';
import { aReport } from '../support/webhook/check-report.ts';

const style = plainStyle();

it('puts a word beside each mark, and the particulars below what did not pass', () => {
  expect(aReport.results.map((result) => resultText(result, style))).toEqual([
    '✓ pass does this (one)',
    '✗ fail does that # too (two)\n    sent  a thing\n    got   HTTP 500 <&">\u0007\n    fix   do it',
    '! warn may do so (three)\n    got  odd',
    '- skip unknown (four) not judged: HTTP 429',
  ]);
});

it('shows the particulars it is asked for', () => {
  const [, failed] = aReport.results;
  expect(resultText(failed as never, style, ['fix'])).toBe('✗ fail does that # too (two)\n    fix  do it');
});

it('ends with the counts', () => {
  expect(scoreText(aReport.results, style)).toBe('\n1 of 4 cases passed, 1 failed, 1 warning, 1 not judged');
});
