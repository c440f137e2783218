import { expect, it } from 'vitest';
import { withPath } from '../../src/json/with-path.ts';

it.each([
  [{ a: 1 }, 'a', { a: 9 }],
  [{ a: { b: 1, c: 2 } }, 'a.b', { a: { b: 9, c: 2 } }],
  [{}, 'a.b', { a: { b: 9 } }],
  [{ a: 'text' }, 'a.b', { a: { b: 9 } }],
  [{ a: [1, 2] }, 'a.1', { a: [1, 9] }],
  [{ a: [1] }, 'a.3', { a: [1, null, null, 9] }],
  [{ a: [1] }, 'a.x', { a: { x: 9 } }],
  [null, 'a', { a: 9 }],
])('changes %j at %s', (value, path, changed) => {
  expect(withPath(value, path.split('.'), 9)).toEqual(changed);
});

it('takes __proto__ for a member like any other', () => {
  expect(JSON.stringify(withPath({}, ['__proto__', 'x'], 1))).toBe('{"__proto__":{"x":1}}');
  expect(({} as { x?: number }).x).toBeUndefined();
});

it('takes a path of any length', () => {
  const path = Array.from({ length: 50_000 }, () => 'a');
  let at: unknown = withPath({}, path, 'end');
  for (const key of path) at = (at as Record<string, unknown>)[key];
  expect(at).toBe('end');
});

it('does not fill a list with millions of places', () => {
  expect(withPath([], ['99999999'], 1)).toBeUndefined();
});
