import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeForTerminal, sanitize, sanitizeLine } from '../../src/text/sanitize.ts';

describe('text for people', () => {
  it.each([
    ['a color', '\u001b[31mred', '[31mred'],
    ['a window title', '\u001b]0;evil\u0007x', ']0;evilx'],
    ['a one-byte CSI', 'a\u009b2Jb', 'a2Jb'],
    ['a carriage return', 'safe\rEVIL', 'safeEVIL'],
    ['a backspace', 'abc\b\b\bxyz', 'abcxyz'],
    ['DEL and NUL', 'a\u007fb\u0000c', 'abc'],
    ['a direction override', 'user\u202egnp.exe', 'usergnp.exe'],
    ['direction isolates and marks', 'a\u2066b\u2069c\u200fd\u061ce', 'abcde'],
  ])('loses %s', (_name, text, safe) => {
    expect(sanitize(text)).toBe(safe);
  });

  it.each(['tab\tand\nnewline', 'é 日本語 😀 👩‍👩‍👧', 'نص عربي'])('keeps %j', (text) => {
    expect(sanitize(text)).toBe(text);
  });

  it('of one line has no line breaks or tabs', () => {
    expect(sanitizeLine('a\nb\r\nc\td\u2028e\rf')).toBe('a b c d e f');
  });
});

describe('JSON on a terminal', () => {
  it('keeps its meaning and controls nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\n', '\r\n'), (text, space) => {
        const escaped = escapeForTerminal(JSON.stringify([text, { [text]: text }], null, 2).replaceAll('\n', space));
        expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify([text, { [text]: text }])));
        expect(escaped).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('shows what was hidden as an escape', () => {
    expect(escapeForTerminal('"\u009b\u202e\u007f"')).toBe('"\\u009b\\u202e\\u007f"');
  });
});
