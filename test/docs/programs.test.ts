import { expect, it } from 'vitest';
import { shownPrograms } from '../../scripts/docs/programs.ts';
import { starters } from '../../src/starters/starters.ts';
import { rawBodyLine } from '../../src/webhook/conformance/framework.ts';
import { readPage } from '../support/docs/markdown.ts';

const filesOf = async (language: string) =>
  (await starters.find((row) => row.language === language)?.files())?.default ?? {};

it.each(starters.map(({ language }) => language))('a project in %s has no marks of excerpts', async (language) => {
  for (const [path, text] of Object.entries(await filesOf(language))) {
    expect(text, path).not.toMatch(/^\s*(?:\/\/|#) (?:region \w+|endregion)$/m);
  }
});

it('a shown program has every excerpt that it names', () => {
  for (const { file, text } of shownPrograms()) expect(text, file).not.toMatch(/^\s*(?:\/\/|#) from templates\//m);
});

it.each([
  ['docs/webhooks.md', 'node', 'webhooks.js'],
  ['docs/testing.md', 'node', 'webhooks.js'],
  ['docs/webhooks.md', 'python', 'webhooks.py'],
])('%s verifies deliveries as a project in %s does in its %s', async (page, language, file) => {
  const [, verify = ''] =
    /region verify\n([\s\S]+?)\n\S+ endregion/.exec(readPage(`templates/${language}/${file}`)) ?? [];
  expect(verify.split('\n').length).toBeGreaterThan(5);
  expect(readPage(page)).toContain(verify);
  expect((await filesOf(language))[file]).toContain(verify);
});

it.each([
  ['JavaScript', 'node', 'app.js', 'express.raw('],
  ['Python', 'python', 'app.py', 'request.get_data()'],
  ['Go', 'go', 'app.go', 'io.ReadAll('],
  ['Ruby', 'ruby', 'app.rb', 'request.body.read'],
] as const)('what webhook check advises for %s is what the starter does', async (name, language, file, expression) => {
  expect(rawBodyLine(null, [name])).toContain(expression);
  expect((await filesOf(language))[file]).toContain(expression);
});
