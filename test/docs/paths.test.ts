import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, proseOf, readPage } from '../support/docs/markdown.ts';
import { root } from '../support/program/build.ts';

/** What stands between backquotes on a page, blocks left out. */
const quoted = pages.flatMap((page) =>
  [...proseOf(readPage(page)).matchAll(/`([^`\n]+)`/g)].map(([, words = '']) => [page, words] as const),
);

/** Paths from the root: with a folder of the repository in front, or a dot file of it. Capital letters are placeholders. */
const paths = quoted.filter(
  ([, words]) =>
    /^(?:(?:src|test|docs|scripts|bin|bench|\.ci)\/[\w./-]*|\.git[\w-]+)$/.test(words) && !/[A-Z]{3}/.test(words),
);

describe('a file that a page names is in the repository', () => {
  it.each(paths)('%s: %s', (_page, path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});

describe('an npm script that a page names is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const named = pages.flatMap((page) =>
    [...readPage(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => [page, name] as const),
  );

  it.each(named.filter(([page]) => page === 'CONTRIBUTING.md' || page === 'docs/architecture.md'))(
    '%s: npm run %s',
    (_page, name) => {
      expect(Object.keys(scripts)).toContain(name);
    },
  );
});
