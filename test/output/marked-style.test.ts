import { Chalk } from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { markStyle } from '../../src/output/marked-style.ts';
import { plainStyle, type Style } from '../../src/text/style.ts';

const chalk = new Chalk({ level: 1 });
const real: Style = {
  isColor: true,
  width: 80,
  bold: chalk.bold,
  dim: chalk.dim,
  red: chalk.red,
  green: chalk.green,
  yellow: chalk.yellow,
  blue: chalk.blue,
  cyan: chalk.cyan,
};

describe('text that a command has colored', () => {
  it.each(['bold', 'dim', 'red', 'green', 'yellow', 'blue', 'cyan'] as const)('is %s in the end', (name) => {
    const { style, finish } = markStyle(real);
    expect(finish(`a ${style[name]('b')} c`)).toBe(`a ${real[name]('b')} c`);
  });

  it('continues in the outer color after an inner one', () => {
    const { style, finish } = markStyle(real);
    expect(finish(style.red(`a ${style.green('b')} c`))).toBe(real.red(`a ${real.green('b')} c`));
  });

  it('keeps a weight and a color apart', () => {
    const { style, finish } = markStyle(real);
    expect(finish(style.bold(`a ${style.red('b')} c`))).toBe(real.bold(`a ${real.red('b')} c`));
  });

  it('has the width of its characters when padded', () => {
    const { style } = markStyle(real);
    expect(stringWidth(style.bold(style.red('four')))).toBe(4);
  });

  it('has no color codes when it is empty', () => {
    expect(markStyle(real).style.red('')).toBe('');
  });

  it('is plain where color is off', () => {
    const { style, finish } = markStyle(plainStyle());
    expect(finish(style.red('x'))).toBe('x');
  });
});

describe('data woven into a text', () => {
  it('cannot color, move or hide anything, whether color is on or off', () => {
    const pieces = fc.string({
      unit: fc.constantFrom('\u001b[', '31', ';', 'm', '\u001b', '\u009b', '2J', '\u0007', '1', 'x'),
    });
    fc.assert(
      fc.property(pieces, fc.constantFrom(real, plainStyle()), (data, base) => {
        const { finish } = markStyle(base);
        expect(finish(data)).not.toMatch(/[\u001b\u009b\u0007]/);
      }),
    );
  });

  it('cannot repeat the marks of another run', () => {
    const marked = markStyle(real).style.red('x');
    expect(markStyle(real).finish(marked)).not.toContain('\u001b');
  });
});
