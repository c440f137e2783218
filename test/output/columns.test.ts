import { describe, expect, it } from 'vitest';
import { createPicker, fieldsOf } from '../../src/output/columns.ts';

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
    ['value', '"a row that is no object"', '"a row that is no object"'],
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
    const picker = createPicker(['x']);
    picker.pick('{"\\u001b[2Jevil":1}');
    expect(picker.complaint()).toBe('no row has "x"; the fields are: [2Jevil');
  });
});
