import { describe, expect, it } from 'vitest';
import { continued, wrap } from '../../src/text/wrap.ts';

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

describe('a command line that continues', () => {
  it.each([
    ['stays whole where it fits', 'revento status --check', 30, ['revento status --check']],
    ['is broken between words', 'revento status --check', 18, ['revento status \\', '  --check']],
    ['is never broken inside quotes', "sh -c 'a b c d e f'", 12, ['sh -c \\', "  'a b c d e f'"]],
  ])('%s', (_name, command, width, lines) => {
    expect(continued(command, width)).toEqual(lines);
  });
});
