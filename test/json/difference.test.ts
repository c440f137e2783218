import { describe, expect, it } from 'vitest';
import { differences } from '../../src/json/difference.ts';

describe('the difference of two JSON texts', () => {
  it.each([
    ['{"a":1}', '{ "a" : 1 }', []],
    ['{"a":1}', '{"a":2}', [['.a', '1', '2']]],
    ['{"a":1.0}', '{"a":1}', [['.a', '1.0', '1']]],
    [
      '{"a":1}',
      '{"b":1}',
      [
        ['.a', '1', null],
        ['.b', null, '1'],
      ],
    ],
    [
      '{"a":[1,2]}',
      '{"a":[1,3,4]}',
      [
        ['.a[1]', '2', '3'],
        ['.a[2]', null, '4'],
      ],
    ],
    ['{"x-y":{"b":true}}', '{"x-y":{"b":null}}', [['.["x-y"].b', 'true', 'null']]],
    ['[1]', '{"0":1}', [['.', '[1]', '{"0":1}']]],
    ['{"__proto__":1}', '{"__proto__":2}', [['.__proto__', '1', '2']]],
  ])('%s and %s', (before, after, expected) => {
    expect(differences(before, after).map(({ path, before: old, after: now }) => [path, old, now])).toEqual(expected);
  });
});
