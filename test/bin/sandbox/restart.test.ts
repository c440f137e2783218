import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import {
  consentingBrowser,
  ProgramRig,
  type SandboxReady,
  type StartOptions,
} from '../../support/program/program-rig.ts';
import type { Running } from '../../support/program/running.ts';

let rig: ProgramRig;
let port: string;
let redirect: readonly string[];
let handler: Server | null;

beforeEach(async () => {
  rig = new ProgramRig();
  port = String(await freePort());
  redirect = ['--redirect-uri', `http://localhost:${await freePort()}/callback`];
  handler = null;
});
afterEach(async () => {
  handler?.closeAllConnections();
  await new Promise((resolve) => (handler ? handler.close(resolve) : resolve(null)));
  await rig.close();
});

async function start(args: readonly string[] = [], options: StartOptions = {}) {
  const running = rig.start(['sandbox', 'start', '--port', port, '-o', 'ndjson', ...redirect, ...args], options);
  const [line] = await running.until('stdout', /^\{"type":"ready".*\}$/m);
  return { running, ready: JSON.parse(line) as SandboxReady };
}

async function end(running: Running, signal: NodeJS.Signals): Promise<void> {
  running.kill(signal);
  await running.ended;
}

const login = () => rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
const json = async (...args: string[]) => JSON.parse((await rig.run([...args, '--json'])).stdout);
const directory = () => join(rig.home, 'config/revento/auth/sandbox');
const sealed = () => join(directory(), 'sandbox.sealed');

describe('a restart', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)('after %s loses nothing', async (signal) => {
    const first = await start();
    const logged = await login();
    expect(logged.code, logged.stderr).toBe(0);
    const [{ subject }] = await json('sandbox', 'do', 'apply', '--set', 'first_name=Ada');
    await rig.run(['sandbox', 'fault', 'api:slow=1ms']);
    await rig.run(['sandbox', 'clock', 'advance', '3d']);
    await rig.run(['-p', 'sandbox', 'token', 'refresh']);
    const before = await json('sandbox', 'status');
    await end(first.running, signal);

    const { running, ready } = await start();
    await running.until('stderr', /continuing the kept sandbox: 1 login, 2 happenings, .*1 active fault, a clock 3d/);
    expect(ready).toEqual(first.ready);
    const { started_at: _, clock, deliveries: __, ...now } = await json('sandbox', 'status');
    expect(before).toMatchObject(now);
    expect(clock.ahead_ms).toBe(before.clock.ahead_ms);
    const checked = await rig.run(['-p', 'sandbox', 'status', '--check']);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('accepted')]);
    expect((await rig.run(['-p', 'sandbox', 'token', 'refresh'])).code).toBe(0);
    const people = await rig.run(['-p', 'sandbox', 'participants', 'list', '--all', '--jq', '.[-1].id']);
    expect([people.code, people.stdout.trim()]).toEqual([0, subject.id]);
  });

  it('keeps the login on another port as well', async () => {
    const first = await start();
    expect((await login()).code).toBe(0);
    await end(first.running, 'SIGKILL');
    port = '0';
    await start();
    const checked = await rig.run(['-p', 'sandbox', 'status', '--check']);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    expect((await rig.run(['-p', 'sandbox', 'token', 'refresh'])).code).toBe(0);
  });

  it('continues with retries, under the delivery id and with the secret that were', async () => {
    const seen: string[] = [];
    const statuses = [500];
    handler = createServer((request, reply) => {
      seen.push(String(request.headers['x-revento-delivery-id']));
      request.resume().once('end', () => reply.writeHead(statuses.shift() ?? 204).end());
    });
    await new Promise<void>((resolve) => handler?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(handler.address() as AddressInfo).port}/hook`;
    const first = await start(['--webhook-url', url]);
    await rig.run(['sandbox', 'trigger', 'application.approved']);
    await end(first.running, 'SIGKILL');
    await start(['--webhook-url', url]);
    await rig.run(['sandbox', 'clock', 'advance', '10s']);
    const [delivery] = await json('sandbox', 'deliveries');
    expect(delivery).toMatchObject({ state: 'delivered', tries: 2, attempts: [{ status: 500 }, { status: 204 }] });
    expect(seen).toEqual([delivery.delivery_id, delivery.delivery_id]);
  });

  it('does not lose a token that was answered, whenever the sandbox is killed', async () => {
    let ready = (await start(['--auto-consent'])).ready;
    expect((await login()).code).toBe(0);
    for (let round = 0; round < 3; round++) {
      const sandbox = await json('sandbox', 'env', '--format', 'json');
      expect(sandbox.REVENTO_CLIENT_SECRET).toBe(ready.client_secret);
      const refreshed = await rig.run(['-p', 'sandbox', 'token', 'refresh']);
      expect(refreshed.code, refreshed.stderr).toBe(0);
      const pid = Number(JSON.parse(readFileSync(join(directory(), 'sandbox.lock'), 'utf8')).pid);
      process.kill(pid, 'SIGKILL');
      ready = (await start(['--auto-consent'])).ready;
    }
    expect((await rig.run(['-p', 'sandbox', 'events', 'get'])).code).toBe(0);
  });

  it('keeps nothing in the clear', async () => {
    const { ready } = await start();
    await login();
    const token = (await rig.run(['-p', 'sandbox', 'token'])).stdout.trim();
    const text = readFileSync(sealed(), 'utf8');
    for (const secret of [ready.client_secret, token, 'evt_test_published']) expect(text).not.toContain(secret);
    expect(statSync(sealed()).mode & 0o777).toBe(0o600);
  });
});

describe('a sandbox beside the first', () => {
  it('has a file of its own', async () => {
    await start();
    const other = String(await freePort());
    const second = rig.start(['sandbox', 'start', '--port', other, '-o', 'ndjson']);
    await second.until('stdout', /ready/);
    await rig.run(['-p', `sandbox-${other}`, 'sandbox', 'do', 'apply']);
    await end(second, 'SIGKILL');
    const again = rig.start(['sandbox', 'start', '--port', other, '-o', 'ndjson']);
    await again.until('stderr', /continuing the kept sandbox: 0 logins, 1 happening/);
    expect((await json('sandbox', 'status')).happenings).toBe(0);
    expect((await json('-p', `sandbox-${other}`, 'sandbox', 'status')).happenings).toBe(1);
  });
});

describe('what a start begins with', () => {
  it.each([
    [['--participants', '7'], '--participants 42, not 7'],
    [['--seed', '9'], '--seed 1, not 9'],
  ])('is not %j when what is kept says otherwise', async (args, message) => {
    const { running } = await start();
    await end(running, 'SIGINT');
    const refused = await rig.run(['sandbox', 'start', '--port', port, ...args]);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(message);
    expect(refused.stderr).toContain('--fresh');
    await start(['--participants', '42', '--seed', '1']);
  });

  it('is new with --fresh, with the credentials of before', async () => {
    const first = await start();
    await login();
    await end(first.running, 'SIGINT');
    const { running, ready } = await start(['--fresh', '--participants', '7']);
    await running.until('stderr', /The previous sandbox's login is no longer valid/);
    expect(ready).toEqual(first.ready);
    const { events, happenings } = await json('sandbox', 'status');
    expect([events[0].participants, happenings]).toEqual([7, 0]);
  });

  it('is empty after sandbox reset', async () => {
    const first = await start();
    await rig.run(['sandbox', 'do', 'apply']);
    await rig.run(['sandbox', 'clock', 'advance', '1d']);
    await rig.run(['sandbox', 'reset']);
    await end(first.running, 'SIGKILL');
    await start();
    const { happenings, clock } = await json('sandbox', 'status');
    expect([happenings, clock.ahead_ms]).toEqual([0, 0]);
  });

  it('is left alone by a start that fails', async () => {
    const first = await start();
    await rig.run(['sandbox', 'do', 'apply']);
    await end(first.running, 'SIGINT');
    const before = readFileSync(sealed());
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(Number(port), '127.0.0.1', resolve));
    const refused = await rig.run(['sandbox', 'start', '--port', port, '--fresh']);
    await new Promise((resolve) => blocker.close(resolve));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('already in use')]);
    expect(readFileSync(sealed()).equals(before)).toBe(true);
  });

  it('is gone with its profile', async () => {
    const first = await start();
    await end(first.running, 'SIGINT');
    await rig.run(['profile', 'remove', 'sandbox', '--yes']);
    expect(existsSync(directory())).toBe(false);
  });
});

describe('a kept file that cannot be read whole', () => {
  it.each([
    ['damaged at its beginning', () => writeFileSync(sealed(), 'x', { flag: 'r+' }), /starting a new sandbox/],
    ['cut off in its first line', () => truncateSync(sealed(), 100), /starting a new sandbox/],
    [
      'with a line that is not its own',
      () => appendFileSync(sealed(), '{}\n'),
      /continuing from what could be read of it/,
    ],
  ])('%s is reported and moved aside', async (_what, damage, outcome) => {
    const first = await start();
    await rig.run(['sandbox', 'do', 'apply']);
    await end(first.running, 'SIGINT');
    damage();
    const damaged = readFileSync(sealed());
    const { running, ready } = await start();
    await running.until('stderr', outcome);
    expect(running.stderr).toContain(`It was moved to ${sealed()}.damaged-1`);
    expect(readFileSync(`${sealed()}.damaged-1`).equals(damaged)).toBe(true);
    expect(ready).toEqual(first.ready);
  });

  it('because its last line is incomplete is used without that line, and without a warning', async () => {
    const first = await start();
    await rig.run(['sandbox', 'do', 'apply']);
    await end(first.running, 'SIGKILL');
    appendFileSync(sealed(), '{"v":1,"alg":"A256');
    const { running } = await start();
    expect((await json('sandbox', 'status')).happenings).toBe(1);
    await rig.run(['sandbox', 'do', 'apply']);
    await end(running, 'SIGKILL');
    await start();
    expect((await json('sandbox', 'status')).happenings).toBe(2);
    expect(readdirSync(directory()).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('killed while it writes', () => {
  const crash = (plan: object) => ({
    env: { CRASH_PLAN: JSON.stringify(plan) },
    preload: [join(import.meta.dirname, '../../support/program/preload/crash-point.cjs')],
  });

  it.each([
    ['log-before-append', ['do', 'cancel'], 1],
    ['log-appended', ['do', 'cancel'], 2],
    ['log-before-rename', ['reset'], 1],
    ['log-replaced', ['reset'], 0],
  ] as const)('at %s it has the old or the new state: sandbox %j', async (point, command, happenings) => {
    const first = await start();
    // No delivery reports it: another attempt would be written down as well, on a slow machine before the command.
    await rig.run(['sandbox', 'do', 'cancel']);
    await end(first.running, 'SIGINT');
    const second = await start([], crash({ [point]: { action: 'kill' } }));
    const cut = await rig.run(['sandbox', ...command]);
    expect(cut.code).not.toBe(0);
    expect((await second.running.ended).signal).toBe('SIGKILL');
    const third = await start();
    expect((await json('sandbox', 'status')).happenings).toBe(happenings);
    expect(third.running.stderr).not.toContain('moved');
  });

  it('a full disk is reported, and the sandbox continues in memory', async () => {
    const first = await start();
    await end(first.running, 'SIGINT');
    const { running } = await start([], crash({ 'log-before-append': { action: 'fail', code: 'ENOSPC' } }));
    expect((await login()).code).toBe(0);
    await running.until(
      'stderr',
      /warning: cannot write \S+: the disk is full \(ENOSPC\); the sandbox keeps running in memory/,
    );
    expect((await rig.run(['-p', 'sandbox', 'events', 'get'])).code).toBe(0);
    const { kept } = await json('sandbox', 'status');
    expect(kept).toMatchObject({ path: sealed(), problem: expect.stringContaining('the disk is full') });
    expect((await rig.run(['sandbox', 'status'])).stdout).toContain('Storage: not saved since this failed');
  });
});
