import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/platform/lock/process-identity.ts';
import { root } from '../../support/program/build.ts';
import { bundle } from '../../support/program/bundle.ts';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { until } from '../../support/until.ts';

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'revento-lock-worker-'));
  program = await bundle('store/lock-worker.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

let directory: string;
let path: string;
const workers: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-lock-'));
  path = join(directory, 'login.lock');
});
afterEach(async () => {
  // Until it is gone, a process may still write into the directory.
  await Promise.all(workers.splice(0).map(end));
  rmSync(directory, { recursive: true, force: true });
});

/** @param within  a command that runs the one behind it */
async function startWorker(crashPoints: object = {}, within: readonly string[] = []): Promise<ChildProcess> {
  const [execPath = '', ...words] = [...within, process.execPath];
  const worker = fork(program, [path, join(directory, 'inside')], {
    execPath,
    execArgv: [...words, '--require', join(root, 'test/support/program/preload/crash-point.cjs')],
    env: { PATH: process.env['PATH'], CRASH_PLAN: JSON.stringify(crashPoints) },
  });
  workers.push(worker);
  await reply(worker);
  return worker;
}

const reply = (worker: ChildProcess) => new Promise((resolve) => worker.once('message', resolve));
const ended = (worker: ChildProcess) =>
  new Promise((resolve) => worker.once('exit', (_code, signal) => resolve(signal)));

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exit = ended(worker);
  worker.kill('SIGKILL');
  await exit;
}

/** A lock of a process that has ended. */
async function plantDead(): Promise<void> {
  const ghost = await startWorker();
  await end(ghost);
  const owner = { ...ownIdentity(), id: 'ab12', pid: ghost.pid, start: '1', at: Date.now() };
  writeFileSync(path, `${JSON.stringify(owner)}\n`);
}

describe('16 processes that find the lock of a dead one', () => {
  it('take it over one after the other, never two at once, round after round', async () => {
    const crowd = await Promise.all(Array.from({ length: 16 }, () => startWorker()));
    await plantDead();
    const stale = { ...ownIdentity(), id: 'ab', pid: process.pid, start: '1', at: Date.now() };
    for (let round = 0; round < 20; round++) {
      writeFileSync(path, `${JSON.stringify({ ...stale, id: `ab${round.toString(16)}` })}\n`);
      const answers = crowd.map(reply);
      for (const worker of crowd) worker.send('go');
      expect(await Promise.all(answers)).toEqual(Array(16).fill(true));
    }
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a process killed while it takes over the lock of a dead one', () => {
  it('is succeeded in its turn, and so is its successor', async () => {
    await plantDead();
    for (let depth = 0; depth < 3; depth++) {
      const victim = await startWorker({ 'lock-succeeding': { action: 'kill' } });
      const end = ended(victim);
      victim.send('go');
      expect(await end).toBe('SIGKILL');
    }
    const crowd = await Promise.all(Array.from({ length: 8 }, () => startWorker()));
    const answers = crowd.map(reply);
    for (const worker of crowd) worker.send('go');
    expect(await Promise.all(answers)).toEqual(Array(8).fill(true));
    expect(readdirSync(directory).filter((name) => !name.startsWith('login.lock.'))).toEqual([]);
  });
});

describe('a process stopped while it takes over the lock of a dead one', () => {
  it('is waited for, and is alone when it continues', async () => {
    await plantDead();
    const sleeper = await startWorker({ 'lock-succeeding': { action: 'stop' } });
    sleeper.send('go');
    const looked = join(directory, 'looked');
    const other = await startWorker({ 'lock-waiting': { action: 'mark', file: looked, nth: 20 } });
    const [first, second] = [reply(sleeper), reply(other)];
    other.send('go');
    const waits = until(() => existsSync(`${looked}.${other.pid}`), 'it has looked 20 times').then(
      () => 'still waiting',
    );
    expect(await Promise.race([second, waits])).toBe('still waiting');
    sleeper.kill('SIGCONT');
    expect(await Promise.all([first, second])).toEqual([true, true]);
  });
});

const lack = lackOf('process namespace');
describe.skipIf(lack !== null)(withReason('a process in a namespace that has the /proc of another', lack), () => {
  it('is not identified by the start of the process that has its number there', async () => {
    const shell = ['sh', '-c', '"$@"; true', 'sh'];
    const worker = await startWorker({ 'lock-taken': { action: 'kill' } }, ['unshare', '-f', '--pid', ...shell]);
    worker.send('go');
    await ended(worker);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 2, start: '' });
  });
});
