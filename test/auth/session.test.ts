import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreRig, tokenAnswer } from '../support/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const hour = 3_600_000;

describe('a stored login', () => {
  it('is handed out while it lasts, without a request', async () => {
    const grant = rig.grant();
    await rig.sessions().save(grant);
    const token = await (await rig.sessions().source({})).current();
    expect(token.token.reveal()).toBe(grant.accessToken.reveal());
    expect(rig.requests).toHaveLength(0);
  });

  it('is refreshed when it has expired, and the new pair is stored', async () => {
    const grant = rig.grant();
    await rig.sessions().save(grant);
    rig.clock.advance(2 * hour);
    const answer = tokenAnswer();
    rig.answers.push(() => answer);
    const token = await (await rig.sessions().source({})).current();
    expect(rig.requests[0]?.get('refresh_token')).toBe(grant.refreshToken?.reveal());
    const again = await (await rig.sessions().source({})).current();
    expect(again.token.reveal()).toBe(token.token.reveal());
    expect(rig.requests).toHaveLength(1);
  });
});
