import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

describe('20 processes whose token has expired', () => {
  it('make one token request, and all of them get the new token, round after round', async () => {
    for (let round = 1; round <= 3; round++) {
      await rig.logIn();
      const ended = await rig.tokens(20);
      expect(ended.filter((each) => each.code !== 0)).toEqual([]);
      const tokens = new Set(ended.map((each) => each.stdout.trim()));
      expect(tokens.size).toBe(1);
      expect(rig.server.isGood([...tokens][0] as string)).toBe(true);
      expect(rig.server.requests).toHaveLength(round);
    }
    expect(rig.leftovers()).toEqual([]);
  });

  it('do the same with a token endpoint that answers only when all others wait', async () => {
    await rig.logIn();
    const waiting = rig.mark('waiting');
    rig.server.twists.push({ before: () => waiting.reachedBy(19) });
    const ended = await rig.tokens(20, { crashPoints: { 'lock-waiting': waiting.step } });
    expect(ended.filter((each) => each.code !== 0)).toEqual([]);
    expect(new Set(ended.map((each) => each.stdout)).size).toBe(1);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('share one failure when the token endpoint fails, instead of asking once each', async () => {
    await rig.logIn();
    const waiting = rig.mark('waiting');
    rig.server.twists.push({ before: () => waiting.reachedBy(9), status: 503 });
    const ended = await rig.tokens(10, { crashPoints: { 'lock-waiting': waiting.step } });
    expect(new Set(ended.map((each) => each.code))).toEqual(new Set([5]));
    expect(rig.server.requests).toHaveLength(1);
    expect((await rig.token()).code).toBe(0);
  });
});

describe('a token that the API takes for expired although the clock says otherwise', () => {
  it('is refreshed once by 10 processes', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    rig.server.expired.add(grant.accessToken.reveal());
    const ended = await Promise.all(
      Array.from({ length: 10 }, () => rig.run(['api', '/events/evt_1', '--event', 'evt_1'])),
    );
    expect(ended.filter((each) => each.code !== 0)).toEqual([]);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('ends the login when the API says that it was revoked, without a token request', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    rig.server.revoked.add(grant.accessToken.reveal());
    expect((await rig.run(['api', '/events/evt_1', '--event', 'evt_1'])).code).toBe(4);
    expect((await rig.token()).code).toBe(4);
    expect(rig.server.requests).toHaveLength(0);
  });
});

describe('logins of different events', () => {
  it('do not wait for one another', async () => {
    await rig.logIn();
    await rig.logIn({ eventId: 'evt_2' });
    const held = rig.pause('send');
    const slow = rig.start(['token', '--event', 'evt_1'], { crashPoints: { 'before-send': held.step } });
    await held.reached();
    expect((await rig.run(['token', '--event', 'evt_2'])).code).toBe(0);
    held.release();
    expect((await slow.ended).code).toBe(0);
  });
});
