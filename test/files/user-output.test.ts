import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRegularOrAbsent, writeUserFile } from '../../src/files/user-output.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-output-'));
  path = join(directory, 'out');
});
afterEach(() => rmSync(directory, { recursive: true }));

const options = { mode: 0o600, signal: new AbortController().signal };
const bytes = Buffer.from('new\n');

describe('a regular file', () => {
  it('is made with the mode that is asked for', async () => {
    await writeUserFile(path, bytes, options);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new\n', 0o600]);
  });

  it('is replaced as a whole, with that mode', async () => {
    writeFileSync(path, 'old');
    chmodSync(path, 0o644);
    await writeUserFile(path, bytes, options);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new\n', 0o600]);
    expect(readdirSync(directory)).toEqual(['out']);
  });

  it('that a link points to is replaced where it is, also when it does not exist yet', async () => {
    for (const name of ['target', 'absent']) {
      const link = join(directory, `link-to-${name}`);
      if (name === 'target') writeFileSync(join(directory, name), 'old');
      symlinkSync(name, link);
      await writeUserFile(link, bytes, options);
      expect([lstatSync(link).isSymbolicLink(), readFileSync(join(directory, name), 'utf8')]).toEqual([true, 'new\n']);
    }
  });

  it('cannot be made where there is no directory, or in place of one', async () => {
    await expect(writeUserFile(join(path, 'x'), bytes, options)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(writeUserFile(directory, bytes, options)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe.skipIf(process.platform === 'win32')('what is not a regular file', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it.runIf(process.geteuid?.() === 0)('such as a device is written to and stays what it is', async () => {
    execFileSync('mknod', [path, 'c', '1', '3']);
    await writeUserFile(path, bytes, options);
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
    expect(await isRegularOrAbsent(path)).toBe(false);
    expect(readdirSync(directory)).toEqual(['out']);
  });

  it('such as a named pipe is written to once somebody reads it', async () => {
    execFileSync('mkfifo', [path]);
    const writing = writeUserFile(path, bytes, options);
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(reader);
    let text = '';
    for await (const chunk of reader.stdout) text += chunk;
    await writing;
    expect([text, lstatSync(path).isFIFO()]).toEqual(['new\n', true]);
  });

  it('such as a named pipe without a reader is given up on an interrupt', async () => {
    execFileSync('mkfifo', [path]);
    const interrupt = new AbortController();
    const writing = writeUserFile(path, bytes, { mode: 0o600, signal: interrupt.signal });
    interrupt.abort('SIGINT');
    await expect(writing).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('such as a full device says so', async () => {
    await expect(writeUserFile('/dev/full', bytes, options)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('such as /dev/stdout is written to, whatever it leads to', async () => {
    expect(await isRegularOrAbsent('/dev/stdout')).toBe(false);
    expect(await isRegularOrAbsent('/dev/fd/1')).toBe(false);
  });
});
