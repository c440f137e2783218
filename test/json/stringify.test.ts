import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toText } from '../../src/json/stringify.ts';
import { type Json, JsonText } from '../../src/json/value.ts';

/** A value nested deeper than JSON.stringify can go. */
function nest(value: Json, levels: number): Json {
  let nested = value;
  for (let level = 0; level < levels; level++)
    nested = level % 2 === 0 ? [nested, level] : { a: nested, gone: undefined, 'b"': null };
  return nested;
}

describe('the text of an item', () => {
  it('is the text it came as, digits and duplicate keys included', () => {
    const text = '{"n":1e400,"n":2.50, "__proto__":{}}';
    expect(toText(new JsonText(` ${text}\n`))).toBe(text);
  });

  it('is compact JSON for plain values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toText(value as Json)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('of a value ten thousand levels deep is the same as of its upper levels', () => {
    expect(() => JSON.stringify(nest('x', 10_000))).toThrow(RangeError);
    const shallow = JSON.stringify(nest('core"', 20));
    const deep = toText(nest('core"', 10_000));
    expect(deep).toContain(shallow);
    expect(toText(JSON.parse(deep) as Json)).toBe(deep);
  });
});
