import fc from 'fast-check';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { isNarrow, loadRuler, narrowRuler, type Ruler } from '../../src/output/width.ts';

let ruler: Ruler;
beforeAll(async () => {
  ruler = await loadRuler();
});
const widthOf = (text: string) => ruler.widthOf(text);
const fitTo = (text: string, columns: number) => ruler.fitTo(text, columns);

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', 'é', 'ß', 'Ж', '日', '한', '😀', '👩‍👩‍👧', '🇳🇱', 'e\u0301', '…', '‘') }),
);

describe('display width', () => {
  it.each([
    ['plain', 5],
    ['Zoë', 3],
    ['Жанна', 5],
    ['日本語', 6],
    ['한국어', 6],
    ['😀', 2],
    ['👩‍👩‍👧', 2],
    ['🇳🇱', 2],
    ['e\u0301', 1],
    ['ﬁ', 1],
    ['', 0],
  ])('of %s is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('does not depend on the short cut for narrow scripts', () => {
    for (let code = 0xa0; code < 0x3000; code++) {
      const text = String.fromCodePoint(code);
      expect([code, widthOf(text)]).toEqual([code, stringWidth(text)]);
      if (isNarrow(text)) expect([code, narrowRuler.widthOf(text)]).toEqual([code, stringWidth(text)]);
    }
  });
});

describe('a text of any length', () => {
  it('is measured and cut in linear time, because it may be user input', () => {
    const long = '日'.repeat(200_000);
    expect(widthOf(long)).toBe(400_000);
    expect(fitTo(`${long}.`, 400_000)).toBe(`${'日'.repeat(199_999)}…`);
  });

  it('is taken apart between graphemes only', () => {
    for (const unit of ['👩‍👩‍👧', '🇳🇱', 'e\u0301', '日a', '😀']) {
      expect([unit, widthOf(unit.repeat(3_000))]).toEqual([unit, 3_000 * widthOf(unit)]);
    }
    expect(widthOf(`a${'\u0301'.repeat(10_000)}`)).toBe(1);
  });
});

describe('text cut to a width', () => {
  it('never takes more columns than it may', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, columns) => {
        expect(widthOf(fitTo(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('is whole when it fits', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fitTo(text, Math.max(1, widthOf(text)))).toBe(text);
      }),
    );
  });

  it('ends in an ellipsis when it does not', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const width = widthOf(text);
        fc.pre(width > 1);
        expect(fitTo(text, width - 1)).toMatch(/…$/);
      }),
    );
  });

  it.each([
    ['abcdef', 4, 'abc…'],
    ['日本語', 4, '日…'],
    ['日本語', 5, '日本…'],
    ['Zoë and I', 4, 'Zoë…'],
    ['x', 1, 'x'],
    ['xy', 1, '…'],
  ])('%s in %i columns is %s', (text, columns, cut) => {
    expect(fitTo(text, columns)).toBe(cut);
  });

  it('does not break a family emoji apart', () => {
    expect(fitTo('ab👩‍👩‍👧', 3)).toBe('ab…');
  });
});
