import { expect, it } from 'vitest';
import { documentText } from '../../../src/commands/api/document-text.ts';
import { plainStyle } from '../../../src/text/style.ts';

const show = (text: string) => documentText(text, plainStyle(), Date.UTC(2026, 10, 24));

it('has a line a field, values under each other, digits unchanged', () => {
  expect(show('{"id":"evt_1","capacity":1e400,"is_open":true,"note":null}')).toBe(
    'id        evt_1\ncapacity  1e400\nis_open   yes\nnote      -',
  );
});

it('does not move every value for one name that is too long', () => {
  const name = 'n'.repeat(41);
  expect(show(`{"id":"evt_1","${name}":1,"status":"x"}`)).toBe(`id      evt_1\n${name}  1\nstatus  x`);
});

it('puts nested fields and lists under their name', () => {
  expect(show('{"a":{"b":1,"c":{"d":2}},"list":["x",{"y":1,"z":2},[3]],"e":{},"f":[]}')).toBe(
    ['a', '  b  1', '  c', '    d  2', 'list', '  - x', '  - y  1', '    z  2', '  - - 3', 'e  {}', 'f  []'].join('\n'),
  );
});

it('takes control characters out of names and values', () => {
  expect(show('{"na\\u001bme":"va\\u001b[31mlue\\nnext"}')).toBe('name  va[31mlue next');
});

it('shows what lies too deep on one line, however deep it is', () => {
  const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`;
  expect(show(`{"a":${deep}}`)).toContain('[[[[');
});

it.each([
  ['"text"', 'text'],
  ['[]', '[]'],
  ['{}', '{}'],
  ['[1,2]', '- 1\n- 2'],
])('shows %s', (text, shown) => {
  expect(show(text)).toBe(shown);
});
