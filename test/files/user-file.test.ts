import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readUserFile } from '../../src/files/user-file.ts';
import { readRecording } from '../../src/webhook/recording.ts';

const { signal } = new AbortController();
const upTo = (maxBytes: number) => ({ maxBytes, signal });

it('reads a device no further than it may', async () => {
  await expect(readUserFile('/dev/zero', upTo(1024 ** 2))).rejects.toMatchObject({
    code: 'file',
    message: '/dev/zero is longer than the limit of 1 MB.',
  });
});

it('reads a file whole', async () => {
  expect((await readUserFile(import.meta.filename, upTo(1024 ** 2))).toString()).toContain('reads a file whole');
});

it('leaves the reason why a file cannot be read to its caller', async () => {
  await expect(readUserFile('/no-such-file', upTo(10))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readUserFile(import.meta.dirname, upTo(10))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(readRecording('/no-such-file', signal)).rejects.toMatchObject({ code: 'file' });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  let directory: string;
  let pipe: string;
  const writers: ChildProcess[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'revento-pipe-'));
    pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
  });
  afterEach(() => {
    for (const writer of writers.splice(0)) writer.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  const write = (script: string) => writers.push(spawn('sh', ['-c', script, pipe], { stdio: 'ignore' }));

  it('is read until its writers close it, also when they come later and in pieces', async () => {
    const read = readUserFile(pipe, upTo(1024 ** 2));
    write('exec > "$0"; printf "{\\"a\\":"; head -c 300000 /dev/zero | tr "\\0" x; printf end');
    const bytes = await read;
    expect([bytes.length, bytes.subarray(-4).toString()]).toEqual([300_008, 'xend']);
  });

  it.each(['nobody writes to', 'somebody holds open and writes nothing to'])(
    'that %s is given up on an interrupt, and holds no thread back',
    async (who) => {
      if (who.startsWith('somebody')) write('exec sleep 60 > "$0"');
      const interrupt = new AbortController();
      const read = readUserFile(pipe, { maxBytes: 10, signal: interrupt.signal });
      interrupt.abort('SIGINT');
      await expect(read).rejects.toMatchObject({ code: 'interrupted' });
    },
  );

  it('is read no further than it may', async () => {
    write('exec cat /dev/zero > "$0"');
    await expect(readUserFile(pipe, upTo(1024))).rejects.toMatchObject({ code: 'file' });
  });
});
