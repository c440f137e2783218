import { describe, expect, it } from 'vitest';
import { readLocated } from '../../src/json/located.ts';

async function read(text: string) {
  const located = await readLocated(text);
  if ('mistakes' in located) throw new Error(JSON.stringify(located.mistakes));
  return located;
}

describe('a text with its lines', () => {
  it.each([
    ['YAML', 'people:\n  - name: Ada\n    age: 36\n'],
    ['JSON, with tabs', '{\n\t"people": [\n\t\t{ "name": "Ada", "age": 36 }\n\t]\n}\n'],
  ])('is the value of %s', async (_form, text) => {
    expect((await read(text)).value).toEqual({ people: [{ name: 'Ada', age: 36 }] });
  });

  it('keeps what only looks like a time, an octal number or a truth value', async () => {
    const { value } = await read('at: 2027-06-10\nzip: 012\nanswer: yes\n');
    expect(value).toEqual({ at: '2027-06-10', zip: 12, answer: 'yes' });
  });

  it('merges a mapping into another one', async () => {
    const { value } = await read('- &a { name: Ada, age: 36 }\n- { <<: *a, name: Bob }\n');
    expect(value).toEqual([
      { name: 'Ada', age: 36 },
      { name: 'Bob', age: 36 },
    ]);
  });

  it('knows where a field is by its name, where a row begins, and what is nearest to one that is missing', async () => {
    const { placeOf } = await read('people:\n  - name: Ada\n    age: 36\n  - name: Bob\n');
    expect(placeOf(['people', 0, 'age'])).toEqual({ line: 3, column: 5 });
    expect(placeOf(['people', 1])).toEqual({ line: 4, column: 5 });
    expect(placeOf(['people', 1, 'age'])).toEqual({ line: 4, column: 5 });
    expect(placeOf([])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['a name that is there twice', 'a: 1\nb: 2\na: 3\n', { line: 3, column: 1 }],
    ['a list that does not end', '{"a": [1, 2}', { line: 1, column: 12 }],
    ['an anchor that is not there', 'a: 1\nc: *b\n', { line: 2, column: 4 }],
    ['an anchor that comes too late', 'a: [*b]\nc: &b 1\n', { line: 1, column: 5 }],
  ])('says where %s is', async (_what, text, place) => {
    const located = await readLocated(text);
    expect('mistakes' in located ? located.mistakes[0] : null).toMatchObject(place);
  });
});
