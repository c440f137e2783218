import { expect, it } from 'vitest';
import { readHeaderLine } from '../../src/http/header-line.ts';

it.each([
  ['X-Debug: 1', ['X-Debug', '1']],
  ['X-Debug:1', ['X-Debug', '1']],
  ['X-Debug \t:  a b\t', ['X-Debug', 'a b']],
  ['X-Empty:', ['X-Empty', '']],
  ['X-Url: http://localhost:1/', ['X-Url', 'http://localhost:1/']],
  ['X-Latin: \u00e9', ['X-Latin', '\u00e9']],
])('%j is read', (text, header) => {
  expect(readHeaderLine(text)).toEqual(header);
});

it.each(['', 'X-Debug', ': 1', 'X Debug: 1', 'X-Debug: a\r\nX-Other: b', 'X-Debug: \u0000', 'X-Debug: \u2028', 'Ä: 1'])(
  '%j is refused',
  (text) => {
    expect(readHeaderLine(text)).toBeNull();
  },
);
