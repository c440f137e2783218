import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { existingFiles, placeFiles } from '../../src/starters/place.ts';
import { withReason } from '../support/program/needs.ts';
import { SmallDisk } from '../support/store/small-disk.ts';

const { signal } = new AbortController();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-place-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('writes files and the folders that they need; what holds a key is for this user alone', async () => {
  await placeFiles(join(directory, 'new'), { 'a/b.txt': 'b', '.env': 'KEY=1' }, { isReplacing: false, signal });
  expect(readFileSync(join(directory, 'new/a/b.txt'), 'utf8')).toBe('b');
  expect(statSync(join(directory, 'new/.env')).mode & 0o777).toBe(0o600);
});

it('finds what exists already, a dangling link too', async () => {
  writeFileSync(join(directory, 'one'), '');
  expect(await existingFiles(directory, { one: '', 'two/three': '' })).toEqual(['one']);
});

it('removes what it wrote when one file cannot be written, and nothing else', async () => {
  mkdirSync(join(directory, 'taken'));
  writeFileSync(join(directory, 'mine'), 'mine');
  await expect(
    placeFiles(directory, { 'new/a': '', taken: 'a file' }, { isReplacing: false, signal }),
  ).rejects.toMatchObject({ code: 'file' });
  expect(readdirSync(directory).sort()).toEqual(['mine', 'taken']);
});

const reason = SmallDisk.isPossible() ? null : 'needs the right to mount';

it.skipIf(reason !== null).each([
  ['at once', 0],
  ['in the middle of a file', 1],
])(withReason('leaves nothing behind on a disk that is full %s', reason), async (_, freePages) => {
  const disk = SmallDisk.mount(directory);
  try {
    disk?.fill(freePages);
    const before = readdirSync(directory).sort();
    const files = { 'app.js': 'x'.repeat(8_192), 'other.js': '' };
    await expect(placeFiles(directory, files, { isReplacing: false, signal })).rejects.toMatchObject({
      code: 'file',
      message: `Cannot write ${join(directory, 'app.js')} (ENOSPC).`,
      facts: { hint: 'free some disk space' },
    });
    expect(readdirSync(directory).sort()).toEqual(before);
  } finally {
    disk?.unmount();
  }
});

it('replaces files only on request', async () => {
  writeFileSync(join(directory, 'app'), 'old');
  await expect(placeFiles(directory, { app: 'new' }, { isReplacing: false, signal })).rejects.toMatchObject({
    code: 'file',
  });
  expect(readFileSync(join(directory, 'app'), 'utf8')).toBe('old');
  await placeFiles(directory, { app: 'new' }, { isReplacing: true, signal });
  expect(readFileSync(join(directory, 'app'), 'utf8')).toBe('new');
});

it('replaces a file as a whole: who has it open reads the old one', async () => {
  writeFileSync(join(directory, 'app'), 'old');
  const fd = openSync(join(directory, 'app'), 'r');
  try {
    await placeFiles(directory, { app: 'new' }, { isReplacing: true, signal });
    expect(readFileSync(fd, 'utf8')).toBe('old');
  } finally {
    closeSync(fd);
  }
});
