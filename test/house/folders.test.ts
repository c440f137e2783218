import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allowed } from './import-table.ts';

const page = readFileSync(join(import.meta.dirname, '../../CONTRIBUTING.md'), 'utf8');

/** The rows of the section about folders: name, purpose, and what it may import. */
const rows = [...page.slice(page.indexOf('## The folders')).matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, name = '', purpose = '', imports = '']) => ({
    name: name.replace(/\/$/, ''),
    purpose,
    imports: imports === '–' ? [] : imports.split(', '),
  }),
);

it('CONTRIBUTING shows every folder with what it may import, in the order of the table', () => {
  expect(rows.map(({ name, imports }) => [name, imports])).toEqual(Object.entries(allowed));
});

it('CONTRIBUTING gives every folder a purpose', () => {
  expect(rows.filter(({ purpose }) => purpose.length < 8)).toEqual([]);
});
