import { describe, expect, it } from 'vitest';
import { effects, refusals } from '../../../src/sandbox/faults/effects.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { faultHelp } from '../../../src/sandbox/faults/fault-help.ts';

describe('the help for faults', () => {
  it('has every effect and every error, in 80 columns', () => {
    for (const name of Object.keys(effects)) expect(faultHelp).toMatch(new RegExp(`^    ${name}[ =]`, 'm'));
    for (const code of Object.keys(refusals)) expect(faultHelp).toContain(code);
    expect(
      Math.max(
        ...faultHelp
          .split('\n')
          .filter((line) => line.startsWith(' '))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  it.each([...faultHelp.matchAll(/^ {2}([a-z]+:\S+) /gm)].map(([, example]) => example ?? ''))(
    'takes its own example %s',
    (example) => {
      expect(parseFault(example).target).toBeTruthy();
    },
  );
});
