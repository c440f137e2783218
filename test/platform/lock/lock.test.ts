import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import { ownIdentity } from '../../../src/platform/lock/process-identity.ts';
import { startedAtMs } from '../../../src/platform/lock/process-start.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { withReason } from '../../support/program/needs.ts';
import { collectZombies, zombie } from '../../support/store/zombie.ts';

let directory: string;
let path: string;
let clock: FakeClock;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-lock-'));
  path = join(directory, 'login.lock');
  clock = fakeClock(Date.now());
});
afterEach(() => {
  collectZombies();
  rmSync(directory, { recursive: true, force: true });
});

const locks = () => createLocks(clock);

/** A lock as another process would have left it; last touched `ageMs` ago. */
function plant(changes: Record<string, unknown> = {}, ageMs = 0): void {
  const owner = { id: 'ab12', ...ownIdentity(), at: clock.now() - ageMs, ...changes };
  writeFileSync(path, `${JSON.stringify(owner)}\n`);
  touch(ageMs);
}
function touch(ageMs: number): void {
  const at = (clock.now() - ageMs) / 1000;
  utimesSync(path, at, at);
}

/** The number of a process that has just ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('exit', resolve));
  return child.pid as number;
}

/** Takes the lock and says how much time by the clock that took. */
async function waited(): Promise<number> {
  const start = clock.monotonic();
  const held = await locks().acquire(path);
  held.release();
  return clock.monotonic() - start;
}

/** Of a process that has started an hour before this one, or will have in an hour. */
const startedBefore = () => ({ start: `@${Date.now() - 3_600_000}` });
const startedLater = () => ({ start: `@${Date.now() + 3_600_000}` });
/** Wine has no PowerShell, which is what tells on Windows. */
const lack = startedAtMs(process.pid, process.platform) === null ? 'nothing tells when a process started' : null;

describe('a free lock', () => {
  it('is taken at once, names its owner, and leaves nothing when it is released', async () => {
    const held = await locks().acquire(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    expect(readdirSync(directory)).toEqual(['login.lock']);
    expect(held.isHeld()).toBe(true);
    held.release();
    expect(readdirSync(directory)).toEqual([]);
    expect(clock.monotonic()).toBe(0);
  });
});

describe('a lock whose owner is gone', () => {
  it.each([
    ['of a process that has ended', async () => plant({ pid: await endedPid() })],
    [
      'from before the machine was started',
      async () => plant({ boot: 'another', pid: process.pid }, 40 * 365 * 86_400_000),
    ],
    ['that could not be removed when it was released', async () => writeFileSync(path, 'released\n')],
  ])('%s is taken at once', async (_kind, prepare) => {
    await prepare();
    expect(await waited()).toBe(0);
    expect(readdirSync(directory)).toEqual([]);
  });

  exceptOnWindows('Windows tells a start only when it is asked, see below')(
    'of a process whose number another process has now is taken at once',
    async () => {
      plant({ start: '1' });
      expect(await waited()).toBe(0);
    },
  );

  exceptOnWindows('Windows has no zombies')(
    'of a process that was killed and not yet collected by its parent is taken at once',
    async () => {
      const pid = await zombie();
      const start = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19];
      plant({ pid, start });
      expect(await waited()).toBe(0);
    },
  );
});

describe.skipIf(lack !== null)(withReason('a lock where only a program tells when a process started', lack), () => {
  it('is taken at once from a process whose number another process has now, when it has missed touches', async () => {
    plant(startedBefore(), 25_000);
    expect(await waited()).toBe(0);
  });

  it('is taken within the time of waiting when it was touched a moment ago', async () => {
    plant(startedBefore());
    expect(await waited()).toBeLessThan(30_000);
  });

  it('is never taken from a process that runs', async () => {
    plant(startedLater(), 3_600_000);
    await expect(locks().acquire(path, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'lock_timeout' });
  });
});

describe('a lock whose owner runs', () => {
  it('is waited for until the limit, and the error names who holds it and for how long', async () => {
    plant({}, 12_000);
    await expect(locks().acquire(path)).rejects.toMatchObject({
      code: 'lock_timeout',
      message: expect.stringMatching(new RegExp(`pid ${process.pid} on ${hostname()}.* for 4\\d s`)),
    });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
    expect(existsSync(path)).toBe(true);
  });

  it.skipIf(lack !== null)(
    withReason('is not taken however old its file is: its machine may have slept', lack),
    async () => {
      plant({}, 86_400_000);
      await expect(locks().acquire(path, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'lock_timeout' });
    },
  );

  it('is acquired as soon as it is released', async () => {
    const first = await locks().acquire(path);
    const second = locks().acquire(path);
    first.release();
    (await second).release();
  });

  it('is not waited for any longer after Ctrl-C', async () => {
    plant();
    const controller = new AbortController();
    const waiting = locks().acquire(path, { signal: controller.signal });
    controller.abort('SIGINT');
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a lock whose owner cannot be seen from here', () => {
  const elsewhere = { host: 'another-machine' };
  it.each([
    ['on another machine', elsewhere],
    ['in another container', { pidns: 'pid:[1]' }],
    ['on a machine of the same name that has started since', { boot: 'another' }],
  ])('%s is waited for while it is touched', async (_where, changes) => {
    plant(changes);
    await expect(locks().acquire(path, { timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'lock_timeout' });
  });

  it('is taken when it has not been touched for a minute', async () => {
    plant(elsewhere, 120_000);
    expect(await waited()).toBe(0);
  });

  it('is taken when its time is an hour ahead: a clock was set back', async () => {
    plant(elsewhere, -3_600_000);
    expect(await waited()).toBe(0);
  });

  it('is waited for when its record is empty: it may be being written', async () => {
    writeFileSync(path, '');
    touch(0);
    await expect(locks().acquire(path, { timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'lock_timeout' });
    touch(120_000);
    expect(await waited()).toBe(0);
  });
});

describe('a lock that was taken from us', () => {
  it('is known to be lost, and is not removed by our release', async () => {
    const held = await locks().acquire(path);
    plant({ id: 'cd34' });
    expect(held.isHeld()).toBe(false);
    held.release();
    expect(existsSync(path)).toBe(true);
  });
});
