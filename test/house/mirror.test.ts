import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Tests of the whole program, of documents, scripts and the house itself; they belong to no source. */
const whole = new Set(['bin', 'browser', 'docs', 'flow', 'house', 'scripts', 'support']);

const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.test\.tsx?$/.test(file) && !whole.has(file.split('/')[0] ?? ''));

const hasSource = (path: string) => ['.ts', '.tsx'].some((end) => existsSync(join(root, 'src', `${path}${end}`)));

/** Several tests of one source stand in a folder of its name. */
describe('a unit test stands at the path of its source, or in a folder of that path', () => {
  it.each(tests)('%s', (file) => {
    expect([file.replace(/\.test\.tsx?$/, ''), dirname(file)].some(hasSource)).toBe(true);
  });
});
