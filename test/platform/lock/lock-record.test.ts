import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Found, isUnchanged, look } from '../../../src/platform/lock/lock-record.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-lock-'));
  path = join(directory, 'login.lock');
  writeFileSync(path, 'one');
  utimesSync(path, 1_000, 1_000);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a lock that is about to be taken over', () => {
  it('is the same while nobody does anything with it', () => {
    expect(isUnchanged(look(path) as Found)).toBe(true);
  });

  it.each([
    ['its owner touches it, as after the machine has slept', () => utimesSync(path, 1_010, 1_010)],
    ['it is released', () => rmSync(path)],
    [
      'another process takes it over',
      () => {
        writeFileSync(`${path}.new`, 'two');
        renameSync(`${path}.new`, path);
      },
    ],
  ])('is not the same after %s', (_what, change) => {
    const found = look(path) as Found;
    change();
    expect(isUnchanged(found)).toBe(false);
  });
});
