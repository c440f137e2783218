import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import type { Running } from '../../support/program/running.ts';
import { onlyWithNode } from '../../support/program/start-words.ts';
import { until } from '../../support/until.ts';

let rig: ProgramRig;
let pipe: string;
const writers: ChildProcess[] = [];
const env = { REVENTO_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('hex')}` };

beforeEach(() => {
  rig = new ProgramRig();
  pipe = join(rig.home, 'pipe');
});
afterEach(async () => {
  for (const writer of writers.splice(0)) writer.kill('SIGKILL');
  await rig.close();
});

/** Somebody who opens the pipe and never writes a byte. */
function openSilently(path: string): void {
  writers.push(spawn('sh', ['-c', 'exec sleep 600 > "$0"', path], { stdio: 'ignore' }));
}

/** Where a link leads; '' once it is gone, since a process closes descriptors while its list is read. */
function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Resolves once the process has the path open. */
async function hasOpened(running: Running, path: string): Promise<void> {
  const descriptors = `/proc/${running.pid}/fd`;
  const open = () => readdirSync(descriptors).map((number) => target(join(descriptors, number)));
  await until(() => open().includes(path), 'the pipe is open');
}

const readers: readonly (readonly [what: string, words: (path: string) => readonly string[]])[] = [
  ['webhook verify FILE', (path) => ['webhook', 'verify', path]],
  ['webhook sign FILE', (path) => ['webhook', 'sign', path]],
  ['webhook export FILE', (path) => ['webhook', 'export', path, '--as', 'curl']],
  ['webhook replay FILE', (path) => ['webhook', 'replay', path, '--to', '9']],
  ['--data @FILE', (path) => ['webhook', 'trigger', 'application.approved', '--to', '9', '--data', `@${path}`]],
  ['api --input FILE', (path) => ['api', '/events/evt_1', '-X', 'POST', '--input', path]],
  ['config init --from FILE', (path) => ['config', 'init', '--from', path]],
  ['sandbox do --data @FILE', (path) => ['sandbox', 'do', 'approve', 'ptp_1', '--data', `@${path}`]],
  ['sandbox trigger --data @FILE', (path) => ['sandbox', 'trigger', 'application.approved', '--data', `@${path}`]],
  ['sandbox start --load FILE', (path) => ['sandbox', 'start', '--port', '0', '--load', path]],
];

describe.skipIf(process.platform !== 'linux')('a pipe whose writer stays silent', () => {
  beforeEach(() => {
    execFileSync('mkfifo', [pipe]);
    openSilently(pipe);
  });

  it.each(readers)('does not keep %s from ending on Ctrl-C', async (_what, words) => {
    const running = rig.start(words(pipe), { env: { ...env, REVENTO_ACCESS_TOKEN: 'rev_install_x' } });
    await hasOpened(running, pipe);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining(pipe) });
  });

  it.each(readers)('does not keep %s from ending on SIGTERM', async (_what, words) => {
    const running = rig.start(words(pipe), { env: { ...env, REVENTO_ACCESS_TOKEN: 'rev_install_x' } });
    await hasOpened(running, pipe);
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ signal: 'SIGTERM', stdout: '' });
  });
});

const onlyNode = onlyWithNode('a thread of Bun does not hold up its exit');

describe.skipIf(process.platform !== 'linux' || onlyNode !== null)(
  withReason('a thread that waits for a pipe without end', onlyNode),
  () => {
    it('does not keep the process from ending on Ctrl-C', async () => {
      execFileSync('mkfifo', [pipe]);
      const running = rig.start(['webhook', 'listen', '--port', '0'], {
        env: { ...env, HELD_BY: pipe },
        preload: [join(root, 'test/support/program/preload/held-thread.cjs')],
      });
      await running.until('stdout', /listening|verifying/i);
      running.kill('SIGINT');
      expect(await running.ended).toMatchObject({ signal: 'SIGINT' });
    });
  },
);

describe.skipIf(process.platform === 'win32')('settings written with --write-env', () => {
  const start = (path: string) => rig.start(['sandbox', 'start', '--port', '0', '--write-env', path]);

  it('go through a named pipe to its reader, and the pipe stays', async () => {
    execFileSync('mkfifo', [pipe]);
    const running = start(pipe);
    const text = await new Promise<string>((resolve) => {
      const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
      writers.push(reader);
      let read = '';
      reader.stdout.setEncoding('utf8').on('data', (chunk) => {
        read += chunk;
      });
      reader.once('close', () => resolve(read));
    });
    expect(text).toContain('REVENTO_CLIENT_SECRET=');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    await running.until('stdout', /REVENTO_CLIENT_ID/);
  });

  it('wait for a reader of a pipe until Ctrl-C', async () => {
    execFileSync('mkfifo', [pipe]);
    const running = start(pipe);
    // The profile is written just before.
    await until(() => existsSync(join(rig.home, 'config/revento/config.json')), 'the profile is written');
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
  });

  it('go to /dev/stdout, and what is printed after them follows', async () => {
    const out = join(rig.home, 'out');
    const fd = openSync(out, 'a');
    rig.start(['sandbox', 'start', '--port', '0', '--write-env', '/dev/stdout'], { stdout: fd });
    closeSync(fd);
    await until(() => /REVENTO_CLIENT_SECRET=.*Sandbox ready/s.test(readFileSync(out, 'utf8')), 'both are there');
  });

  it.runIf(process.geteuid?.() === 0)('leave a device a device', async () => {
    execFileSync('mknod', [pipe, 'c', '1', '3']);
    await start(pipe).until('stdout', /REVENTO_CLIENT_ID/);
    expect(lstatSync(pipe).isCharacterDevice()).toBe(true);
  });
});
