import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pretty } from '../../src/json/pretty.ts';
import { colored } from '../support/commands/style.ts';

describe('indented JSON', () => {
  it('looks like JSON.stringify with two spaces', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', ' ', '\n'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(pretty(text, null)).toBe(JSON.stringify(JSON.parse(text), null, 2));
      }),
    );
  });

  it('keeps numbers, duplicate keys and escapes as they were', () => {
    expect(pretty('{"a":1e400,"a":2.50,"b":"\\u00e9\\/"}', null)).toBe(
      '{\n  "a": 1e400,\n  "a": 2.50,\n  "b": "\\u00e9\\/"\n}',
    );
  });

  it('stays proportionate for ten thousand nested levels', () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const text = pretty(deep, null);
    expect(text.length).toBeLessThan(2 * deep.length);
    expect(text.replace(/\s/g, '')).toBe(deep);
  });

  it('colors keys, strings, numbers, literals and null apart', () => {
    expect(pretty('{"k":["s",1,true,null]}', colored)).toBe(
      '{\n  <blue>"k"</blue>: [\n    <green>"s"</green>,\n    <cyan>1</cyan>,\n    <yellow>true</yellow>,\n    <dim>null</dim>\n  ]\n}',
    );
  });

  it('means the same without its colors', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/[<>]/.test(text));
        expect(pretty(text, colored).replace(/<[^>]+>/g, '')).toBe(pretty(text, null));
      }),
    );
  });
});
