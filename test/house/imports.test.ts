import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowed } from './import-table.ts';

const src = join(import.meta.dirname, '../../src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
  .map((file) => file.replaceAll('\\', '/'));

/** Of a file in `src/`; of the templates, which stand beside it, their own name. */
const folderOf = (file: string): string => file.replace(/^\.\.\//, '').split('/')[0] ?? '';
/** A command's own group: `commands/webhook/listen/run.ts` is `webhook`. */
const groupOf = (file: string): string | null => (file.startsWith('commands/') ? (file.split('/')[1] ?? null) : null);

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)].map(([, path]) => path as string);
  return found.map((path) => relative(src, resolve(dirname(join(src, file)), path)).replaceAll('\\', '/'));
}

function isAllowed(from: string, to: string): boolean {
  const [folder, target] = [folderOf(from), folderOf(to)];
  if (folder !== target) return allowed[folder]?.includes(target) ?? false;
  const [group, other] = [groupOf(from), groupOf(to)];
  return group === other || group === 'registry.ts' || other === 'shared' || group === null;
}

describe('imports run one way', () => {
  it.each(files)('%s', (file) => {
    expect(importsOf(file).filter((target) => !isAllowed(file, target))).toEqual([]);
  });

  it('has a table without a way back', () => {
    const order = Object.keys(allowed);
    for (const [folder, targets] of Object.entries(allowed)) {
      expect(targets.filter((target) => order.indexOf(target) >= order.indexOf(folder))).toEqual([]);
    }
  });
});
