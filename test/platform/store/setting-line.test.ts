import { expect, it } from 'vitest';
import { lineOfSetting } from '../../../src/platform/store/setting-line.ts';

const text = `{
  "output": "csv",
  "profiles": {
    "a": { "output": "json" },
    "profiles": {
      "note": "\\"output\\": {",
      "list": [{ "output": "x" }],
      "nested": { "output": "y" },

      "output"
        : "xml"
    }
  },
  "key_store": "keyfile"
}`;

it.each([
  ['a', 'output', 4],
  ['profiles', 'output', 10],
  ['a', 'key_store', 14],
])('finds the line of profile %s, %s', (profile, name, line) => {
  expect(lineOfSetting(text.replace('"output": "csv",', ''), profile, name)).toBe(line);
});

it.each([
  ['a', 'client_id'],
  ['b', 'scope'],
])('finds none for profile %s, %s', (profile, name) => {
  expect(lineOfSetting(text, profile, name)).toBeNull();
});
