import { describe, expect, it } from 'vitest';
import { type ReportContext, report } from '../../src/cli/report.ts';
import { ReventoError } from '../../src/errors/revento-error.ts';
import { plainStyle } from '../../src/text/style.ts';
import { colored } from '../support/commands/style.ts';

const context: ReportContext = {
  profile: 'default',
  eventId: undefined,
  isUnattended: false,
  isJson: false,
  style: plainStyle(),
};
const command = 'revento -p sandbox webhook listen --port 4400 --forward 3000';
const failure = new ReventoError(
  'failed',
  `The delivery could not be sent because ${'nothing listens at the address that was given '.repeat(3).trim()}.`,
  { hint: `start the program that takes deliveries, or let this tool answer them by itself: ${command}` },
);
const linesAt = (width: number) => {
  const { text } = report(failure, { ...context, style: plainStyle(width) });
  return text.trimEnd().split('\n');
};
const joined = (lines: readonly string[]) => lines.join(' ');
const whole = report(failure, context).text.trimEnd().split('\n');

describe('an error and its hint', () => {
  it.each([80, 60, 40])('are broken between words on a terminal of %i columns', (width) => {
    const lines = linesAt(width);
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(joined(lines)).toBe(joined(whole));
  });

  it.each([80, 70])('keep a command to copy on one line of %i columns', (width) => {
    expect(linesAt(width).filter((line) => line.includes(command))).toHaveLength(1);
  });

  it('are a line each where no terminal is: a program may search them', () => {
    expect(whole).toEqual([expect.stringMatching(/^error: The delivery/), expect.stringMatching(/^hint: start the/)]);
  });

  it('have their label alone in color, which takes no columns', () => {
    const { text } = report(failure, { ...context, style: { ...colored, width: 60 } });
    expect(
      text
        .replace(/<\/?\w+>/g, '')
        .trimEnd()
        .split('\n'),
    ).toEqual(linesAt(60));
    expect(text).toMatch(/^<red>error:<\/red> The/);
  });

  it('are one line of JSON where the output is JSON, however narrow the terminal', () => {
    const { text } = report(failure, { ...context, isJson: true, style: plainStyle(40) });
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'failed', message: failure.message } });
  });
});
