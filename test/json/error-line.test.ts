import { describe, expect, it } from 'vitest';
import { errorLine } from '../../src/json/error-line.ts';
import { isJson } from '../../src/json/parse.ts';

describe('the line of an error in JSON', () => {
  it.each([
    ['a comma after the last member', '{\n  "a": 1,\n}\n', 3],
    ['a comma that is missing', '{\n  "a": 1\n  "b": 2\n}', 3],
    ['a text that stops', '{\n  "a": [1,\n 2\n\n', 3],
    ['a string that does not end', '{\n\n  "a\n}', 3],
    ['a word without quotes', '[\n1,\nyes]', 3],
    ['a number as no JSON has it', '[1,\n01]', 2],
    ['a comment', '{\n// why\n"a": 1}', 2],
    ['a bracket of the other kind', '{"a": [\n1\n}\n}', 3],
    ['a second value', '{}\n\n{}', 3],
    ['an escape that is none', '{"a": 1,\n"b": "\\x"}', 2],
    ['a colon that is missing', '{"a"\n1}', 2],
    ['nothing at all', '', 1],
    ['blanks only', '\n\n', 1],
  ])('is found for %s', (_, text, line) => {
    expect(isJson(text)).toBe(false);
    expect(errorLine(text)).toBe(line);
  });
});
