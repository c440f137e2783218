import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/help/wrap.ts';

describe('wrapping help text', () => {
  it.each([
    ['breaks at spaces', 'one two three', 7, ['one two', 'three']],
    ['fills a line to its last column', 'ab cd', 5, ['ab cd']],
    ['gives a long word a line of its own', 'a https://example.test/x b', 6, ['a', 'https://example.test/x', 'b']],
    ['keeps line breaks', 'one\n\ntwo', 40, ['one', '', 'two']],
    ['keeps an indented line whole', 'so:\n  revento a b c d e', 8, ['so:', '  revento a b c d e']],
  ])('%s', (_name, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});
