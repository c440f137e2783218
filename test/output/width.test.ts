import fc from 'fast-check';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { isPlain, loadRuler, plainRuler, type Ruler } from '../../src/output/width.ts';

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

  /** From the scripts of which a part is measured without ICU, and from what stands between them. */
  const nearPlain = fc
    .oneof(
      fc.integer({ min: 0x20, max: 0x52f }),
      fc.integer({ min: 0x591, max: 0x6d5 }),
      fc.integer({ min: 0x900, max: 0x97f }),
      fc.integer({ min: 0x1e00, max: 0x2030 }),
      fc.integer({ min: 0x3000, max: 0x30ff }),
      fc.integer({ min: 0x1100, max: 0x11ff }),
      fc.integer({ min: 0x4e00, max: 0x4e20 }),
      fc.integer({ min: 0xac00, max: 0xac40 }),
      fc.integer({ min: 0xff00, max: 0xffa0 }),
      fc.constantFrom(0x915, 0x937, 0x930, 0x93c, 0x94d, 0x93e, 0x947),
    )
    .map((code) => String.fromCodePoint(code));

  it('does not depend on the short cut for plain characters', () => {
    for (let code = 0xa0; code < 0x10000; code++) {
      const text = String.fromCodePoint(code);
      expect([code, widthOf(text)]).toEqual([code, stringWidth(text)]);
    }
    fc.assert(
      fc.property(fc.string({ unit: nearPlain, maxLength: 6 }), (text) => {
        expect(widthOf(text)).toBe(stringWidth(text, { countAnsiEscapeCodes: true }));
      }),
      { numRuns: 50_000 },
    );
  });

  it('is cut where a plain text may be cut', () => {
    const segmenter = new Intl.Segmenter();
    const plainText = fc.string({ unit: nearPlain.filter(isPlain), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(plainText, fc.integer({ min: 1, max: 8 }), (text, columns) => {
        const kept = plainRuler.fitTo(text, columns).replace(/…$/, '');
        const ends = [...segmenter.segment(text)].map(({ index }) => index);
        expect([...ends, text.length]).toContain(kept.length);
        expect(plainRuler.widthOf(plainRuler.fitTo(text, columns))).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 5_000 },
    );
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
