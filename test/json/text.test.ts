import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact, decodeString, elementsOf, endOfValue, entriesOf, memberOf, oneLine } from '../../src/json/text.ts';

/** JSON text of a random value, with random white space between its tokens. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\n', '\t', '\r\n  '))
  .map(([value, space]) => JSON.stringify(value, null, space));

describe('elements of an array', () => {
  it('are found wherever they begin and end', () => {
    fc.assert(
      fc.property(fc.array(spaced), fc.constantFrom(',', ' , ', ',\n'), (texts, separator) => {
        expect(elementsOf(`[${texts.join(separator)}]`).map((text) => JSON.parse(text))).toEqual(
          texts.map((text) => JSON.parse(text)),
        );
      }),
    );
  });

  it('keep the digits of their numbers', () => {
    expect(elementsOf('[1e400, 2.50,-0 ,12345678901234567890]')).toEqual([
      '1e400',
      '2.50',
      '-0',
      '12345678901234567890',
    ]);
  });

  it('are not searched for inside strings', () => {
    expect(elementsOf('["a,]\\"[", "\\\\", {"k}":"]"}]')).toEqual(['"a,]\\"["', '"\\\\"', '{"k}":"]"}']);
  });

  it.each(['[]', ' [ ] ', '{}', '"[1]"', '7'])('do not exist in %s', (text) => {
    expect(elementsOf(text)).toEqual([]);
  });

  it('are found in a list nested ten thousand levels deep', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    expect(elementsOf(`[${deep},1]`)).toEqual([deep, '1']);
  });
});

describe('members of an object', () => {
  it('are those JSON.parse finds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.constantFrom('', ' ', '\n'),
        (object, space) => {
          const text = JSON.stringify(object, null, space);
          const found = entriesOf(text).map(([key, value]) => [key, JSON.parse(value)]);
          expect(found).toEqual(Object.entries(JSON.parse(text)));
        },
      ),
    );
  });

  it('stay apart when a key is repeated', () => {
    expect(entriesOf('{"a":1,"b":2,"a":3}')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]);
  });

  it('are read by the last of a repeated key, as every JSON parser has it', () => {
    expect(memberOf('{"a":1,"a":3}', 'a')).toBe('3');
  });

  it('may be called __proto__ and change nothing', () => {
    expect(memberOf('{"__proto__":{"polluted":true}}', '__proto__')).toBe('{"polluted":true}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('do not exist in a value that is not an object', () => {
    expect(entriesOf('[1]')).toEqual([]);
  });
});

describe('where a value ends', () => {
  it('is found for every value at the start of a longer text', () => {
    fc.assert(
      fc.property(spaced, fc.constantFrom(',', ']', '}', ' ', '\n', ''), (text, rest) => {
        expect(endOfValue(text + rest, 0)).toBe(text.length);
      }),
    );
  });

  it('is found after any number of backslashes', () => {
    for (let count = 0; count < 8; count++) {
      const text = JSON.stringify('\\'.repeat(count));
      expect(endOfValue(`${text},1`, 0)).toBe(text.length);
    }
  });
});

describe('compacting', () => {
  it('gives what JSON.stringify gives', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        expect(compact(text)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('leaves white space inside strings alone', () => {
    expect(compact('{ "a b" : " c\\n " }')).toBe('{"a b":" c\\n "}');
  });

  it('leaves a text that is one line already as it is, spaces included', () => {
    expect(oneLine('{"a": 1}')).toBe('{"a": 1}');
  });

  it.each(['{"a":\n1}', '{"a":\r1}'])('makes one line of %j', (text) => {
    expect(oneLine(text)).toBe('{"a":1}');
  });
});

it('decodes strings as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeString(JSON.stringify(text))).toBe(JSON.parse(JSON.stringify(text)));
    }),
  );
});
