import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

describe('a logout during a refresh', () => {
  it('waits for it, and the login stays gone', async () => {
    await rig.logIn();
    const held = rig.pause('send');
    const refresh = rig.start(['token'], { crashPoints: { 'before-send': held.step } });
    await held.reached();
    const logout = rig.start(['logout', '--event', 'evt_1']);
    let isOut = false;
    void logout.ended.then(() => {
      isOut = true;
    });
    // Another command's whole life is time enough for a logout that does not wait.
    await rig.run(['status']);
    expect(isOut).toBe(false);
    held.release();
    expect((await refresh.ended).code).toBe(0);
    expect((await logout.ended).code).toBe(0);
    expect(readdirSync(dirname(rig.path()))).toEqual([]);
    expect((await rig.token()).code).toBe(4);
  });

  it('that did not wait, because somebody removed the file by hand, is not undone', async () => {
    await rig.logIn();
    const held = rig.pause('answered');
    const refresh = rig.start(['token'], { crashPoints: { answered: held.step } });
    await held.reached();
    rmSync(rig.path());
    held.release();
    expect((await refresh.ended).code).toBe(4);
    expect(existsSync(rig.path())).toBe(false);
    expect(rig.leftovers()).toEqual([]);
  });
});

describe('a login during a refresh of the same login', () => {
  it('waits for it, and has the last word', async () => {
    await rig.logIn();
    const held = rig.pause('send');
    const refresh = rig.start(['token'], { crashPoints: { 'before-send': held.step } });
    await held.reached();
    const login = rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    held.release();
    const [refreshed, grant] = await Promise.all([refresh.ended, login]);
    expect(refreshed.code).toBe(0);
    expect((await rig.token()).stdout.trim()).toBe(grant.accessToken.reveal());
    expect(rig.leftovers()).toEqual([]);
  });

  it('that was stored without the lock is not overwritten by the refresh, whose caller gets its token', async () => {
    await rig.logIn();
    const held = rig.pause('answered');
    const refresh = rig.start(['token'], { crashPoints: { answered: held.step } });
    await held.reached();
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 }, rig.sessions({ isLockIgnored: true }));
    held.release();
    expect((await refresh.ended).stdout.trim()).toBe(grant.accessToken.reveal());
    expect((await rig.token()).stdout.trim()).toBe(grant.accessToken.reveal());
  });
});

describe('20 first runs at once', () => {
  it('make one key, 0600, and every login opens with it', async () => {
    const answer = (event: string) => ({
      access_token: `rev_install_${event}_token`,
      event_id: event,
      expires_in: 3600,
    });
    const ended = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        rig.run(['login', '--with-token', '--event', `evt_${index}`], {
          input: JSON.stringify(answer(`evt_${index}`)),
        }),
      ),
    );
    expect(ended.filter((each) => each.code !== 0)).toEqual([]);
    expect(readdirSync(rig.dataDir)).toEqual(['key']);
    expect(statSync(rig.keyPath).mode & 0o777).toBe(0o600);
    const kids = new Set(
      Array.from(
        { length: 20 },
        (_, i) => JSON.parse(readFileSync(rig.path(`installation-evt_${i}.json`), 'utf8')).kid,
      ),
    );
    expect(kids.size).toBe(1);
    const status = await rig.run(['status', '--json']);
    expect(JSON.parse(status.stdout).logins).toHaveLength(20);
  });
});
