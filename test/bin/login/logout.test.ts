import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPaths } from '../../../src/platform/store/sealed-copies.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

const inAnHour = () => Date.now() + 3_600_000;

/** Everything in the home, by base name. */
const everything = () => readdirSync(rig.home, { recursive: true }).map((path) => basename(String(path)));

/** Makes each kind of copy and leftover that the login's file can have. */
function plantCopies(): void {
  const { file, next, rescues } = copyPaths(rig.path(), [join(rig.home, 'state', 'revento'), rig.home]);
  mkdirSync(join(rig.home, 'state', 'revento'), { recursive: true });
  for (const copy of [next, ...rescues, `${file}.0a1b2c3d4e5f.tmp`]) copyFileSync(file, copy);
}

const remains = () => everything().filter((name) => /evt_1|\.rescue$/.test(name));

describe('logout', () => {
  it.each([
    ['of one event', ['logout', '--event', 'evt_1']],
    ['of all', ['logout', '--all']],
  ])('%s leaves nothing of a login that was used, and its neighbors as they are', async (_, command) => {
    await rig.logIn({ accessExpiresAt: inAnHour() });
    await rig.logIn({ accessExpiresAt: inAnHour() }, rig.sessions({ profile: 'other' }));
    expect((await rig.run(['api', '/events/evt_1', '--event', 'evt_1'])).code).toBe(0);
    plantCopies();
    const { code, stdout } = await rig.run(command);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '✓ Logged out of evt_1 (organizer).\n' });
    expect(remains()).toEqual(['installation-evt_1.json']);
    expect((await rig.run(['status', '-p', 'other'])).code).toBe(0);
  });

  it('asks the server for nothing, and says who revokes', async () => {
    await rig.logIn({ accessExpiresAt: inAnHour() });
    const { code, stderr } = await rig.run(['logout', '--event', 'evt_1']);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('revoke') });
    expect(stderr).toContain('organizer');
    expect([rig.server.requests.length, rig.server.apiRequests]).toEqual([0, 0]);
  });

  it('keeps what belongs to an event whose name begins alike', async () => {
    await rig.logIn({ accessExpiresAt: inAnHour() });
    const alike = ['evt_1.json', 'evt_1.lock', 'evt_1.json.next', 'evt_10'];
    for (const eventId of alike) {
      await rig.logIn({ eventId, accessExpiresAt: inAnHour() });
      // As old as a leftover has to be before it is swept away.
      const longAgo = new Date(Date.now() - 7_200_000);
      utimesSync(rig.path(`installation-${eventId}.json`), longAgo, longAgo);
    }
    expect((await rig.run(['logout', '--event', 'evt_1'])).code).toBe(0);
    const { stdout } = await rig.run(['status', '--jq', '.logins[].event_id']);
    expect(stdout.trim().split('\n').sort()).toEqual([...alike].sort());
  });

  describe.each(['.json.rescue', '.json.next', '.json.0a1b2c3d4e5f.tmp'])('with nothing but a %s left', (ending) => {
    beforeEach(async () => {
      await rig.logIn({ accessExpiresAt: inAnHour() });
      renameSync(rig.path(), rig.path(`installation-evt_1${ending}`));
    });

    it('removes it, though it was never taken for a login', async () => {
      expect((await rig.token()).code).toBe(4);
      expect((await rig.run(['logout'])).code).toBe(0);
      expect(remains()).toEqual([]);
    });

    it('does so with --all, and then has nothing to do', async () => {
      expect((await rig.run(['logout', '--all'])).stdout).toContain('Logged out of evt_1');
      expect(remains()).toEqual([]);
      expect((await rig.run(['logout', '--all'])).stdout).toContain('Nothing to do');
    });
  });

  it('finds a copy in a directory of last resort by the name of its event', async () => {
    await rig.logIn();
    plantCopies();
    const { file, next, rescues } = copyPaths(rig.path(), []);
    for (const path of [file, next, ...rescues, `${file}.0a1b2c3d4e5f.tmp`]) rmSync(path);
    expect((await rig.run(['logout', '--event', 'evt_1'])).code).toBe(0);
    expect(remains()).toEqual([]);
    expect((await rig.run(['logout', '--event', 'evt_1'])).code).toBe(1);
  });

  it('waits for a refresh under way, so that its answer does not bring the login back', async () => {
    await rig.logIn();
    const waiting = rig.mark('waiting');
    rig.server.twists.push({ after: () => waiting.reachedBy(1) });
    const arrived = rig.server.nextRequest();
    const refreshing = rig.token();
    await arrived;
    const leaving = await rig.run(['logout'], { crashPoints: { 'lock-waiting': waiting.step } });
    expect(leaving.code).toBe(0);
    expect((await refreshing).code).toBe(0);
    expect(remains()).toEqual([]);
  });
});

describe('profile remove', () => {
  it('leaves nothing of the profile, although the key of its logins and secrets is lost', async () => {
    const inOther = { env: { REVENTO_PROFILE: 'other' } };
    await rig.run(['config', 'set', 'client_id', 'client-1'], inOther);
    await rig.run(['config', 'set', 'client_secret'], { ...inOther, input: 'a-secret-of-this-test' });
    await rig.logIn({ accessExpiresAt: inAnHour() }, rig.sessions({ profile: 'other' }));
    expect((await rig.run(['api', '/events/evt_1', '--event', 'evt_1'], inOther)).code).toBe(0);
    writeFileSync(rig.keyPath, Buffer.alloc(32), { mode: 0o600 });
    const { code, stderr } = await rig.run(['profile', 'remove', 'other', '--yes']);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(everything().filter((name) => /other|evt_1|secrets/.test(name))).toEqual([]);
    expect((await rig.run(['profile', 'list', '--jq', '.[].name'])).stdout.trim()).toBe('default');
  });
});
