import { expect, it } from 'vitest';
import { plainLine } from '../../src/text/plain-line.ts';

it.each([
  ['an escape sequence', 'a\u001b[31mb', 'a\ufffd[31mb'],
  ['a C1 control', 'a\u009b31mb', 'a\ufffd31mb'],
  ['a null and a delete', 'a\u0000\u007fb', 'a\ufffd\ufffdb'],
  ['a direction override', 'a\u202eb', 'a\ufffdb'],
  ['an isolate', 'a\u2066b\u2069', 'a\ufffdb\ufffd'],
  ['a zero-width space', 'a\u200bb', 'a\ufffdb'],
  ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ['a language tag', 'a\u{e0041}b', 'a\ufffdb'],
  ['line ends and tabs', 'a\r\n\tb\u2028c', 'a b c'],
  ['letters of any script, emoji with joiners', 'Grüße می‌خواهم 👩‍💻', 'Grüße می‌خواهم 👩‍💻'],
  ['space around it', '  a  ', 'a'],
])('makes %s harmless', (_what, text, line) => {
  expect(plainLine(text, 100)).toBe(line);
});

it('keeps a text that just fits', () => {
  expect(plainLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
});

it('cuts by characters, not through one', () => {
  expect(plainLine('👩👩👩👩', 3)).toBe('👩👩…');
});
