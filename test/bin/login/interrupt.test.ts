import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync, read } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { isOneFile } from '../../support/program/start-words.ts';

let rig: ProgramRig;
const secret = `whsec_${randomBytes(24).toString('hex')}`;
const env = { REVENTO_WEBHOOK_SECRET: secret };

beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

describe.skipIf(process.platform === 'win32')('a pipe that nobody reads', () => {
  it.each([
    ['SIGINT', { code: 130, signal: null }],
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
    ['SIGHUP', { code: null, signal: 'SIGHUP' }],
  ] as const)('does not keep a list from ending on %s, as the parent expects', async (signal, ending) => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, text: 'x'.repeat(40_000) }));
    const server = createServer((_request, response) =>
      response.end(JSON.stringify({ data: rows, next_cursor: null, has_more: false })),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fifo = join(rig.home, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
      const running = rig.start(['participants', 'list', '-e', 'evt_1', '-o', 'ndjson'], {
        env: { REVENTO_API_BASE: base, REVENTO_ACCESS_TOKEN: randomBytes(16).toString('hex') },
        stdout: fd,
      });
      await firstByte(fd);
      running.kill(signal);
      expect(await running.ended).toMatchObject({ ...ending, stderr: expect.stringContaining('Interrupted.') });
    } finally {
      closeSync(fd);
      server.close();
    }
  });
});

describe('a page that is never answered', () => {
  it('does not keep a visit to it from ending on Ctrl-C', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const running = rig.start(['sandbox', 'consent', `http://127.0.0.1:${port}/`]);
      await once(server, 'request');
      running.kill('SIGINT');
      expect(await running.ended).toMatchObject({
        code: 130,
        stdout: '',
        stderr: 'error: The visit was interrupted.\n',
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe.skipIf(process.platform !== 'linux')('a listener whose output cannot be written', () => {
  it('ends with 1 and releases its port', async () => {
    const fd = openSync('/dev/full', 'w');
    const running = rig.start(['webhook', 'listen', '--port', '0', '-o', 'ndjson'], { env, stdout: fd });
    closeSync(fd);
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('"code":"disk_full"') });
  });
});

describe.skipIf(process.platform !== 'linux')('a --jq expression that never ends', () => {
  it.each([
    // Bun can't stop WebAssembly: the signal itself ends the one file.
    ['SIGINT', isOneFile ? { code: null, signal: 'SIGINT' } : { code: 130, signal: null }],
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
  ] as const)('is interrupted by %s', async (signal, ending) => {
    const running = rig.start(['webhook', 'events', '--jq', 'last(range(1e15))']);
    await isBusy(running.pid);
    running.kill(signal);
    expect(await running.ended).toMatchObject(ending);
  });
});

/** Resolves once a process has computed for longer than starting takes: two seconds, of its own time. */
async function isBusy(pid: number): Promise<void> {
  for (let ticks = 0; ticks < 200; ) {
    const [user = 0, system = 0] =
      (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
    ticks = user + system;
  }
}

/** Resolves with the first byte that comes out of a pipe. */
async function firstByte(fd: number): Promise<void> {
  for (;;) {
    try {
      await promisify(read)(fd, Buffer.alloc(1), 0, 1, null);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
