import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { createFile, overwriteFile, replaceFile } from '../../../src/platform/files/durable-file.ts';
import { storeFailure } from '../../../src/platform/files/file-failure.ts';
import { makePrivateDirectory } from '../../../src/platform/files/private-directory.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-durable-'));
  path = join(directory, 'file');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe('a write', () => {
  it('continues after a part was written, to the last byte', () => {
    const bytes = Buffer.from('x'.repeat(10_000));
    createFile(path, bytes, (fd, all, offset) => writeSync(fd, all, offset, Math.min(7, all.length - offset)));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('fails when nothing more is written, and leaves no file', () => {
    expect(() => createFile(path, Buffer.from('abc'), () => 0)).toThrow('nothing was written');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('fails when the file is shorter than what was said to be written', () => {
    expect(() =>
      createFile(path, Buffer.from('abc'), (fd, all, offset) => writeSync(fd, all, offset, 1) && 3),
    ).toThrow();
  });

  it('does not take a name that is taken', () => {
    writeFileSync(path, 'old');
    expect(() => createFile(path, Buffer.from('new'))).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

describe('a replacement', () => {
  exceptOnWindows('Windows has no modes')('gives the file 0600, whatever the umask and the mode before', () => {
    writeFileSync(path, 'old', { mode: 0o644 });
    const umask = process.umask(0);
    replaceFile(path, Buffer.from('new'));
    process.umask(umask);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(mode(path)).toBe('600');
  });

  it('that fails before the rename leaves the old file and nothing else', () => {
    writeFileSync(path, 'old');
    const fail = () => {
      throw Object.assign(new Error('made by the test'), { code: 'EIO' });
    };
    expect(() => replaceFile(path, Buffer.from('new'), fail)).toThrow('made by the test');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['file']);
  });
});

describe('an overwrite in place', () => {
  it('leaves exactly the new bytes when they are fewer', () => {
    createFile(path, Buffer.alloc(5_000, 1));
    const { ino } = statSync(path);
    overwriteFile(path, Buffer.from('short'));
    expect(readFileSync(path, 'utf8')).toBe('short');
    expect(statSync(path).ino).toBe(ino);
  });
});

describe('a private directory', () => {
  exceptOnWindows('Windows has no modes')('is 0700 with those made above it, whatever the umask', () => {
    const umask = process.umask(0);
    expect(makePrivateDirectory(join(directory, 'a', 'b'))).toBe(false);
    process.umask(umask);
    expect([mode(join(directory, 'a')), mode(join(directory, 'a', 'b'))]).toEqual(['700', '700']);
  });

  exceptOnWindows('Windows has no modes')('is tightened when it is open, and that is reported', () => {
    mkdirSync(join(directory, 'open'), { mode: 0o755 });
    expect(makePrivateDirectory(join(directory, 'open'))).toBe(true);
    expect(mode(join(directory, 'open'))).toBe('700');
  });
});

describe('a failure of the store', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EACCES', 'file'],
    ['EROFS', 'file'],
  ])('%s is reported as %s', (code, reported) => {
    const failure = storeFailure('write', '/store/x', Object.assign(new Error('x'), { code }));
    expect(failure).toBeInstanceOf(ReventoError);
    expect(failure).toMatchObject({ code: reported, message: expect.stringContaining(`/store/x`) });
  });

  it('that is not a system error is passed on unchanged', () => {
    const defect = new TypeError('x is not a function');
    expect(storeFailure('write', '/store/x', defect)).toBe(defect);
  });
});
