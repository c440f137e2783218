import { describe, expect, it } from 'vitest';
import { createChoice, createPicker, fieldsOf, flatFieldsOf } from '../../src/output/columns.ts';

const pick = (row: string, ...paths: string[]) => createPicker(paths).pick(row);

describe('a path into a row', () => {
  it.each([
    ['id', '{"id":1}', '1'],
    ['a.b', '{"a":{"b":"x"}}', '"x"'],
    ['a.b', '{"a.b":1,"a":{"b":2}}', '1'],
    ['a.b.c', '{"a":{"b.c":1,"b":{"c":2}}}', '1'],
    ['a.b.c', '{"a.b":{"c":1}}', '1'],
    ['a.b.c', '{"a.b":{"d":1},"a":{"b":{"c":2}}}', '2'],
    ['tags.1', '{"tags":["x","y"]}', '"y"'],
    ['tags.0.name', '{"tags":[{"name":true}]}', 'true'],
    ['n', '{"n":1e400}', '1e400'],
    ['n', '{"n":1,"n":2.50}', '2.50'],
    ['__proto__', '{"__proto__":{"x":1}}', '{"x":1}'],
    ['__proto__.x', '{"__proto__":{"x":1}}', '1'],
    ['constructor', '{"id":1}', undefined],
    ['id.deeper', '{"id":"text"}', undefined],
    ['tags.first', '{"tags":["x"]}', undefined],
    ['value', '"a row that is not an object"', '"a row that is not an object"'],
  ])('%s finds in %s: %s', (path, row, value) => {
    expect(pick(row, path)).toEqual([value]);
  });

  it('is followed ten thousand levels down', () => {
    const row = `${'{"a":'.repeat(10_000)}7${'}'.repeat(10_000)}`;
    expect(pick(row, 'a.a.a')[0]).toHaveLength(row.length - 3 * 6);
  });
});

describe('the fields of rows', () => {
  it('are all keys in the order of their first appearance', () => {
    expect(fieldsOf(['{"b":1,"a":2}', '{"c":3,"b":4}'])).toEqual(['b', 'a', 'c']);
  });

  it('are named without control characters', () => {
    expect(() => createChoice(['x'], []).check(['{"\\u001b[2Jevil":1}'])).toThrow(
      expect.objectContaining({ facts: { hint: 'available fields: [2Jevil' } }),
    );
  });
});

describe('a chosen column', () => {
  it('that the first rows do not have is refused before anything is printed, with the likeliest field', () => {
    const choice = createChoice(['id', 'rol'], []);
    expect(() => choice.check(['{"id":1,"role":"x"}'])).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: 'Unknown field "rol" in --columns.',
        facts: { hint: 'did you mean role? available fields: id, role' },
      }),
    );
  });

  it('that the guide names may be missing in every row', () => {
    const choice = createChoice(['id', 'last_review_action'], ['last_review_action']);
    choice.check(['{"id":1}']);
    choice.pick('{"id":1}');
    expect(choice.verdict()).toBeNull();
  });

  it('inside an object is refused in the end when no row had it, as forms differ from row to row', () => {
    const choice = createChoice(['form.track'], []);
    choice.check(['{"form":{"diet":"x"}}']);
    choice.pick('{"form":{"diet":"x"}}');
    expect(choice.verdict()).toMatchObject({ code: 'usage', message: 'Unknown field "form.track" in --columns.' });
    choice.pick('{"form":{"track":"y"}}');
    expect(choice.verdict()).toBeNull();
  });
});

describe('the flat fields of rows', () => {
  it('name the fields of an object in its place, those of all rows together', () => {
    expect(flatFieldsOf(['{"id":1,"f":{"a":1},"z":0}', '{"id":2,"f":{"b":1,"a":2}}', '{"f":null}'])).toEqual([
      'id',
      'f.a',
      'f.b',
      'z',
    ]);
  });

  it('keep an object that is empty everywhere', () => {
    expect(flatFieldsOf(['{"f":{}}', '{"f":null}'])).toEqual(['f']);
  });
});
