import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionOptions } from '../../../src/auth/session/renewal.ts';
import type { HostChange } from '../../../src/config/host-change.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import type { LoginKey } from '../../../src/login/login.ts';
import { StoreRig, settingsOf, tokenAnswer } from '../../support/store/store-rig.ts';

const key: LoginKey = { kind: 'installation', eventId: 'evt_1' };
const api = 'https://api.test/api/v1';

let rig: StoreRig;
let asked: HostChange[] = [];
beforeEach(() => {
  rig = new StoreRig();
  asked = [];
});
afterEach(() => rig.remove());

const sessions = (isTrusted = false, options: Partial<SessionOptions> = {}) =>
  rig.sessions({
    settings: settingsOf({ auth_base: 'https://auth.test', client_id: 'client-1', api_base: api }),
    confirmHost: async (change) => {
      asked.push(change);
      if (!isTrusted) throw new ReventoError('host_changed', 'the user said no');
    },
    ...options,
  });

const tokenFor = async (apiBase: string, isTrusted = false) =>
  (await (await sessions(isTrusted).source(key, apiBase)).current()).token.reveal();

describe('the tokens of a login', () => {
  it.each([
    ['the same API', api],
    ['another version of it', 'https://api.test/api/v2'],
  ])('go to %s without a question', async (_what, apiBase) => {
    const grant = rig.grant();
    await sessions().save(grant);
    expect(await tokenFor(apiBase)).toBe(grant.accessToken.reveal());
    expect(asked).toEqual([]);
  });

  it.each([
    ['another host', 'https://evil.test/api/v1'],
    ['another port', 'https://api.test:8443/api/v1'],
    ['the same host in the clear', 'http://api.test/api/v1'],
  ])('do not go to %s unless the user lets them', async (_what, apiBase) => {
    await sessions().save(rig.grant());
    await expect(tokenFor(apiBase)).rejects.toMatchObject({ code: 'host_changed' });
    expect(asked).toMatchObject([{ setting: 'api_base', from: 'https://api.test', to: apiBase }]);
  });

  it('go to the new API after the user has confirmed it', async () => {
    const grant = rig.grant();
    await sessions().save(grant);
    expect(await tokenFor('https://new.test', true)).toBe(grant.accessToken.reveal());
    expect(await tokenFor('https://new.test')).toBe(grant.accessToken.reveal());
    await expect(tokenFor(api)).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('stay bound through a refresh', async () => {
    await sessions().save(rig.grant());
    rig.answers.push(() => tokenAnswer({ event_id: 'evt_1' }));
    await sessions().refresh(key);
    await expect(tokenFor('https://evil.test')).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('of an earlier version are bound to the first API they are used for', async () => {
    const grant = rig.grant();
    await sessions(false, { settings: settingsOf({ auth_base: 'https://auth.test', client_id: 'client-1' }) }).save(
      grant,
    );
    expect(await tokenFor(api)).toBe(grant.accessToken.reveal());
    await expect(tokenFor('https://evil.test')).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('of every login follow a command that sets the API', async () => {
    await sessions().save(rig.grant());
    await sessions().save(rig.grant({ kind: 'user' }));
    await sessions().bind('https://new.test/api/v1');
    for (const kind of ['installation', 'user'] as const) {
      await (await sessions().source({ kind, eventId: 'evt_1' }, 'https://new.test/api/v1')).current();
    }
    expect(asked).toEqual([]);
  });

  it('are printed without a question, because nothing is sent', async () => {
    const grant = rig.grant();
    await sessions().save(grant);
    expect((await (await sessions().source(key)).current()).token.reveal()).toBe(grant.accessToken.reveal());
  });
});
