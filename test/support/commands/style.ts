import type { Style } from '../../../src/text/style.ts';

const wrap = (name: string) => (text: string) => `<${name}>${text}</${name}>`;

/** A style whose decorations can be read: `<red>text</red>`. */
export const colored: Style = {
  isColor: true,
  width: Number.POSITIVE_INFINITY,
  bold: wrap('bold'),
  dim: wrap('dim'),
  red: wrap('red'),
  green: wrap('green'),
  yellow: wrap('yellow'),
  blue: wrap('blue'),
  cyan: wrap('cyan'),
};
