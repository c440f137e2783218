import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const src = join(root, 'src');
const entriesOf = (top: string) => readdirSync(top, { recursive: true, withFileTypes: true });
const entries = entriesOf(src);
const pathOf = ({ parentPath, name }: { readonly parentPath: string; readonly name: string }, top = src) =>
  relative(top, join(parentPath, name)).replaceAll('\\', '/');
const folders = ['src', 'test'].flatMap((top) =>
  entriesOf(join(root, top))
    .filter((entry) => entry.isDirectory())
    .map((entry) => pathOf(entry, root)),
);
const files = entries.filter((entry) => entry.isFile()).map((entry) => pathOf(entry));

describe('a folder is small enough to take in', () => {
  it.each(folders)('%s', (folder) => {
    expect(readdirSync(join(root, folder)).length).toBeLessThanOrEqual(17);
  });

  it('only the two entries and the globals stand outside a folder', () => {
    expect(files.filter((file) => !file.includes('/'))).toEqual([
      'complete.ts',
      'globals.d.ts',
      'keyring.ts',
      'main.ts',
    ]);
  });
});

/** Everything that people write. */
const written = ['src', 'test', 'scripts', 'bench', 'bin'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .map((file) => `${top}/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(?:tsx?|mjs|cjs|js|css)$/.test(file) && !file.includes('/node_modules/')),
);

describe('a file has one job, and at most 300 lines', () => {
  it.each(written)('%s', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length - 1).toBeLessThanOrEqual(300);
  });
});

/** What a file imports when it is loaded: types are gone by then, and `import()` comes later. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/^import (?!type )[^;]*?from '(\.[^'?]+)';/gm)].map(([, path]) => path as string);
  return found.map((path) => relative(src, resolve(dirname(join(src, file)), path)).replaceAll('\\', '/'));
}

it('no file imports itself by way of others', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    else if (!done.has(file)) {
      if (/\.tsx?$/.test(file)) for (const next of importsOf(file)) visit(next, [...way, file]);
      done.add(file);
    }
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

it('nothing in src ends the process or prints past the streams it was given', () => {
  const found = files.filter((file) =>
    /\bprocess\.exit\(|\bconsole\.\w+\(/.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(found).toEqual([]);
});
