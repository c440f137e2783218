import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeDirectory } from '../../src/files/directory.ts';

const base = mkdtempSync(join(tmpdir(), 'revento-directory-'));
afterAll(() => rmSync(base, { recursive: true }));

it('makes what is missing on the way, and names the first that was', () => {
  expect(makeDirectory(join(base, 'a/b/c'), 0o700)).toBe(join(base, 'a'));
  expect(statSync(join(base, 'a/b/c')).mode & 0o777).toBe(0o700);
});

it('takes a directory that exists', () => {
  expect(makeDirectory(base)).toBeUndefined();
});

it('refuses a file in its place, or on the way to it', () => {
  writeFileSync(join(base, 'file'), '');
  expect(() => makeDirectory(join(base, 'file'))).toThrow('EEXIST');
  expect(() => makeDirectory(join(base, 'file/below'))).toThrow('ENOTDIR');
});

it.runIf(process.platform === 'linux')('ends where a parent exists and cannot hold any', () => {
  expect(() => makeDirectory('/proc/revento/below')).toThrow('ENOENT');
});
