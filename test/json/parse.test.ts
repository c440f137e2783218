import { expect, it } from 'vitest';
import { isJson, isRecord, parseJson, parseRecord } from '../../src/json/parse.ts';

it('gives the value of a text, and undefined for what is not JSON', () => {
  expect([parseJson('null'), parseJson('[1]'), parseJson(''), parseJson('{"a":')]).toEqual([
    null,
    [1],
    undefined,
    undefined,
  ]);
  expect([isJson('null'), isJson('nul')]).toEqual([true, false]);
});

it('tells objects from arrays, null and what is not JSON', () => {
  expect([parseRecord('{"a":1}'), parseRecord('[]'), parseRecord('null'), parseRecord('x')]).toEqual([
    { a: 1 },
    null,
    null,
    null,
  ]);
  expect([isRecord({}), isRecord([]), isRecord(null), isRecord(undefined)]).toEqual([true, false, false, false]);
});
