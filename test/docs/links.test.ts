import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, proseOf, readPage } from '../support/docs/markdown.ts';
import { root } from '../support/program/build.ts';

interface Link {
  readonly page: string;
  readonly target: string;
  /** What a reader gets who does not see the picture; null for a link. */
  readonly alt: string | null;
}

const all = [...pages, 'docs/reference.md'];

/** Links and pictures of a page, in Markdown and in HTML. Code is none of them. */
function linksOf(page: string): Link[] {
  const text = proseOf(readPage(page)).replace(/`[^`\n]*`/g, 'code');
  const markdown = [...text.matchAll(/(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g)].map(
    ([, mark, words = '', target = '']) => ({ page, target, alt: mark === '!' ? words : null }),
  );
  // A picture for the dark has the words of the one that follows it.
  const html = [...text.matchAll(/<(?:img|source)\b[^>]*>/g)].map(({ 0: tag, index }) => ({
    page,
    target: /\bsrc(?:set)?="([^"]*)"/.exec(tag)?.[1] ?? '',
    alt: /\balt="([^"]*)"/.exec(text.slice(index))?.[1] ?? '',
  }));
  return [...markdown, ...html].filter(({ target }) => !/^[a-z]+:/.test(target));
}

const links = all.flatMap(linksOf);

/** As GitHub names the headings of a page, those that come again numbered. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of proseOf(readPage(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = title.toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let name = slug;
    for (let again = 1; anchors.has(name); again++) name = `${slug}-${again}`;
    anchors.add(name);
  }
  return anchors;
}

/** The file a link leads to, from the repository's root. */
function fileOf({ page, target }: Link): string {
  const [path = ''] = target.split('#');
  return path === '' ? page : normalize(join(dirname(page), path));
}

describe('a link leads somewhere', () => {
  it.each(links.map((link) => [link.page, link.target, link] as const))('%s: %s', (_page, target, link) => {
    const file = fileOf(link);
    expect(existsSync(join(root, file))).toBe(true);
    const anchor = target.split('#')[1];
    if (anchor !== undefined && file.endsWith('.md')) expect([...anchorsOf(file)]).toContain(anchor);
  });
});

it('every page is reached from README', () => {
  const seen = new Set(['README.md']);
  for (const page of seen) for (const link of links) if (link.page === page) seen.add(fileOf(link));
  expect(all.filter((page) => !seen.has(page))).toEqual([]);
});

describe('pictures', () => {
  const pictures = links.filter(({ alt }) => alt !== null);

  it('say in words what they show', () => {
    expect(pictures.filter(({ alt }) => (alt?.length ?? 0) < 40)).toEqual([]);
  });

  it('are all shown, and weigh little', () => {
    const shown = new Set(pictures.map(fileOf));
    const kept = readdirSync(join(root, 'docs/pictures')).map((name) => `docs/pictures/${name}`);
    expect(kept.filter((file) => !shown.has(file))).toEqual([]);
    expect(kept.filter((file) => statSync(join(root, file)).size > 200_000)).toEqual([]);
  });
});

it('README is short enough to be read', () => {
  expect(Buffer.byteLength(readPage('README.md'))).toBeLessThanOrEqual(8_192);
});
