import { randomInt } from 'node:crypto';
import { sanitize } from '../text/sanitize.ts';
import type { Style } from '../text/style.ts';

const decorations = ['bold', 'dim', 'red', 'green', 'yellow', 'blue', 'cyan'] as const;

/**
 * A style for texts into which data from the network is woven, and the guard that belongs to it.
 *
 * Its codes look like ordinary SGR sequences (so width measurements skip them) but begin with a number drawn
 * for this object. `finish` takes every control character out of a text except those codes, which become the real
 * ones: a text can be colored by the command and by nobody else, even when the command forgot to clean its data.
 */
export interface MarkedStyle {
  readonly style: Style;
  finish(text: string): string;
}

export function markStyle(real: Style): MarkedStyle {
  if (!real.isColor) return { style: real, finish: sanitize };

  // Three groups of digits: a parameter longer than four digits is not recognized as an escape by width counters.
  const mark = [0, 0, 0].map(() => randomInt(1000, 10_000)).join(';');
  const codeOf = (index: number) => `\u001b[${mark};${index}m`;
  const codes = decorations.flatMap((name) => real[name]('|').split('|'));
  // A code inside another ends with "default color" or "normal weight"; the outer one has to begin again.
  const mark1 = (name: (typeof decorations)[number]) => {
    const index = decorations.indexOf(name) * 2;
    const [open, close] = [codeOf(index), codeOf(index + 1)];
    const inner = decorations
      .filter((other) => isWeight(other) === isWeight(name))
      .map((other) => codeOf(decorations.indexOf(other) * 2 + 1));
    return (text: string) => {
      let body = text;
      for (const end of inner) body = body.replaceAll(end, end + open);
      return text === '' ? '' : open + body + close;
    };
  };
  const [bold, dim, red, green, yellow, blue, cyan] = decorations.map(mark1) as Methods;
  const pattern = new RegExp(`\u001b\\[${mark};(\\d+)m`, 'g');

  return {
    style: { isColor: true, width: real.width, bold, dim, red, green, yellow, blue, cyan },
    finish(text) {
      const pieces = text.split(pattern);
      // `split` with a group alternates text and code number.
      return pieces.map((piece, index) => (index % 2 === 0 ? sanitize(piece) : (codes[Number(piece)] ?? ''))).join('');
    },
  };
}

type Method = (text: string) => string;
type Methods = [Method, Method, Method, Method, Method, Method, Method];

const isWeight = (name: (typeof decorations)[number]) => name === 'bold' || name === 'dim';
