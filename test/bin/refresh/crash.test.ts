import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ended } from '../../support/program/running.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

const codes = (ended: readonly Ended[]) => ended.map((each) => each.code);

/** A process that is killed at a point, as `kill -9` or a power cut would. */
async function killAt(point: string): Promise<void> {
  const victim = await rig.token({ crashPoints: { [point]: { action: 'kill' } } });
  expect(victim.signal).toBe('SIGKILL');
}

describe('a process killed before it has sent the refresh token', () => {
  it.each(['lock-taken', 'reserved', 'intent-before-rename', 'intent-written', 'before-send'])(
    'at "%s" leaves a login that the next 8 processes refresh with one request',
    async (point) => {
      await rig.logIn();
      await killAt(point);
      expect(rig.server.requests).toHaveLength(0);
      const ended = await rig.tokens(8);
      expect(codes(ended)).toEqual(Array(8).fill(0));
      expect(new Set(ended.map((each) => each.stdout)).size).toBe(1);
      expect(rig.server.requests).toHaveLength(1);
      expect(rig.leftovers().filter((name) => !name.endsWith('.tmp'))).toEqual([]);
    },
  );
});

describe('a process killed when the server has spent the token and nothing is stored', () => {
  /** The new pair existed only on the way: this loss cannot be avoided, only ended cleanly. */
  const expectOneCleanEnd = async () => {
    const ended = await rig.tokens(8);
    expect(codes(ended)).toEqual(Array(8).fill(4));
    expect(ended.every((each) => each.stderr.includes('run: revento login'))).toBe(true);
    expect(rig.server.requests).toHaveLength(2);
    const later = await rig.token();
    expect(later.code).toBe(4);
    expect(later.stderr).toContain('interrupted');
    expect(rig.server.requests).toHaveLength(2);
  };

  it('in flight, ends in one "run revento login" with one more request', async () => {
    await rig.logIn();
    const arrived = rig.server.nextRequest();
    let killed = () => {};
    const released = new Promise<void>((resolve) => {
      killed = resolve;
    });
    rig.server.twists.push({ after: () => released });
    const { child, ended } = rig.start(['token']);
    await arrived;
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    killed();
    await expectOneCleanEnd();
  });

  it.each(['answered', 'commit-before-write'])('at "%s", ends the same way', async (point) => {
    await rig.logIn();
    await killAt(point);
    expect(rig.server.requests).toHaveLength(1);
    await expectOneCleanEnd();
  });
});

describe('a process killed when the answer is on the disk', () => {
  it.each(['commit-before-rename', 'commit-renamed', 'released'])(
    'at "%s" leaves a login that needs no request',
    async (point) => {
      await rig.logIn();
      await killAt(point);
      const ended = await rig.tokens(8);
      expect(codes(ended)).toEqual(Array(8).fill(0));
      expect(rig.server.isGood(ended[0]?.stdout.trim() ?? '')).toBe(true);
      expect(rig.server.requests).toHaveLength(1);
    },
  );
});

describe('a signal during the refresh', () => {
  it.each([
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
    ['SIGHUP', { code: null, signal: 'SIGHUP' }],
    ['SIGINT', { code: 130, signal: null }],
  ] as const)('%s takes effect when the answer is stored', async (signal, how) => {
    await rig.logIn();
    let answerNow = () => {};
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    rig.server.twists.push({ after: () => answered });
    const arrived = rig.server.nextRequest();
    const delivered = rig.mark('delivered');
    const { child, ended } = rig.start(['token'], { crashPoints: { [signal]: delivered.step } });
    await arrived;
    child.kill(signal);
    await delivered.reachedBy(1);
    answerNow();
    const { code, signal: by } = await ended;
    expect({ code, signal: by }).toEqual(how);
    const next = await rig.token();
    expect(next.code).toBe(0);
    expect(rig.server.requests).toHaveLength(1);
  });
});

describe('a holder that is stopped, as a laptop that sleeps', () => {
  it('is waited for, named when the wait is over, and never robbed', async () => {
    await rig.logIn();
    let answerNow = () => {};
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    rig.server.twists.push({ after: () => answered });
    const arrived = rig.server.nextRequest();
    const { child, ended } = rig.start(['token']);
    await arrived;
    child.kill('SIGSTOP');
    answerNow();
    const others = await rig.tokens(4, { clockSpeed: 15 });
    expect(codes(others)).toEqual([5, 5, 5, 5]);
    expect(others.every((each) => each.stderr.includes(`pid ${child.pid}`))).toBe(true);
    child.kill('SIGCONT');
    expect((await ended).code).toBe(0);
    expect(codes(await rig.tokens(4))).toEqual([0, 0, 0, 0]);
    expect(rig.server.requests).toHaveLength(1);
  });
});
