import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Tests of the whole program, of documents, scripts and the house itself; they belong to no source. */
const whole = new Set(['bin', 'browser', 'chaos', 'docs', 'flow', 'house', 'scripts', 'support']);

const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.test.ts') && !whole.has(file.split('/')[0] ?? ''));

describe('a unit test stands at the path of its source', () => {
  it.each(tests)('%s', (file) => {
    expect(existsSync(join(root, 'src', file.replace(/\.test\.ts$/, '.ts')))).toBe(true);
  });
});
