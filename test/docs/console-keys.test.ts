import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const source = readFileSync('src/console/client/keys/person-keys.ts', 'utf8');
const keys = [...source.matchAll(/\{ name: '[\w-]+', key: '(\w)', word: '([^']+)' \}/g)];

it('the page of the sandbox names each key of a card, in the order of its buttons', () => {
  const page = readFileSync('docs/sandbox.md', 'utf8').replace(/\s+/g, ' ');
  const [, named = '', does = ''] = /On a card, the keys (.*?`) (approve.*?); arrows/.exec(page) ?? [];
  expect(keys.length).toBeGreaterThan(5);
  expect([...named.matchAll(/`(\w)`/g)].map(([, key]) => key)).toEqual(keys.map(([, key]) => key));
  expect(does.split(/, | and /)).toEqual(keys.map(([, , word]) => word?.toLowerCase()));
});
