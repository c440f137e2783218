import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostChange } from '../../../src/config/host-change.ts';
import type { SecretName, SecretStore } from '../../../src/config/types.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { createSecretStore } from '../../../src/platform/store/sealed-secrets.ts';
import { freshToken, StoreRig } from '../../support/store/store-rig.ts';

let rig: StoreRig;
/** What the user was asked about hosts, what they say, and the auth base in force. */
let asked: HostChange[];
let isTrusted: boolean;
let authBase: string;
beforeEach(() => {
  rig = new StoreRig();
  asked = [];
  isTrusted = false;
  authBase = 'https://auth.test';
});
afterEach(() => rig.remove());

const secrets = (environment: Partial<Record<SecretName, string>> = {}, profile = 'default'): SecretStore =>
  createSecretStore({
    profile,
    vault: rig.vault(),
    environment,
    authBase: () => authBase,
    confirmHost: async (change) => {
      asked.push(change);
      if (!isTrusted) throw new ReventoError('host_changed', 'the user said no');
    },
    redactor: rig.redactor,
  });
const path = () => rig.path('secrets.json');

describe('a stored secret', () => {
  it('is read back, by another process too, and is nowhere in the clear', async () => {
    const value = freshToken();
    await secrets().set({ client_secret: value });
    const found = await secrets().get('client_secret');
    expect([found?.secret.reveal(), found?.source]).toEqual([value, 'profile']);
    expect(readFileSync(path(), 'utf8')).not.toContain(value);
    expect(rig.redactor.clean(`the value is ${value}`)).not.toContain(value);
  });

  it('does not disturb the others', async () => {
    const values = { client_secret: freshToken(), webhook_secret: freshToken(), webhook_secret_previous: freshToken() };
    const entries = Object.entries(values) as [SecretName, string][];
    await Promise.all(entries.map(([name, value]) => secrets().set({ [name]: value })));
    for (const [name, value] of entries) expect((await secrets().get(name))?.secret.reveal()).toBe(value);
    await secrets().set({ webhook_secret: null });
    expect(await secrets().get('webhook_secret')).toBeNull();
    expect((await secrets().get('client_secret'))?.secret.reveal()).toBe(values.client_secret);
  });

  it('is stored with others in one write, which a crash cannot leave half done', async () => {
    const values = { webhook_secret: freshToken(), webhook_secret_previous: freshToken() };
    await secrets().set({ client_secret: freshToken(), ...values });
    expect((await rig.vault().file('default', 'secrets', { replace: '', giveUp: '' }).read())?.generation).toBe(1);
    for (const name of ['webhook_secret', 'webhook_secret_previous'] as const)
      expect((await secrets().get(name))?.secret.reveal()).toBe(values[name]);
  });

  it('is not written again when it is the same', async () => {
    const values = { client_secret: freshToken(), webhook_secret: freshToken() };
    await secrets().set({ ...values, webhook_secret_previous: null });
    const stamp = secrets().stamp();
    await secrets().set({ ...values, webhook_secret_previous: null });
    expect(secrets().stamp()).toBe(stamp);
  });

  it('yields to the environment', async () => {
    await secrets().set({ client_secret: freshToken() });
    const given = freshToken();
    const found = await secrets({ client_secret: given }).get('client_secret');
    expect([found?.secret.reveal(), found?.source]).toEqual([given, 'environment']);
  });

  it('is of one profile', async () => {
    await secrets().set({ client_secret: freshToken() });
    expect(await secrets({}, 'other').get('client_secret')).toBeNull();
  });

  it('leaves no file when the last one is removed, and none when there was nothing to remove', async () => {
    await secrets().set({ client_secret: null });
    expect(existsSync(dirname(path()))).toBe(false);
    await secrets().set({ client_secret: freshToken() });
    await secrets().set({ client_secret: null });
    expect(readdirSync(dirname(path()))).toEqual([]);
  });

  it('that is damaged is reported, not overwritten', async () => {
    await secrets().set({ client_secret: freshToken() });
    writeFileSync(path(), 'garbage');
    await expect(secrets().get('client_secret')).rejects.toMatchObject({ code: 'store_corrupt' });
    await expect(secrets().set({ webhook_secret: freshToken() })).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(readFileSync(path(), 'utf8')).toBe('garbage');
  });
});

describe('the client secret', () => {
  const store = async (value = freshToken()) => {
    await secrets().set({ client_secret: value });
    return value;
  };

  it('goes to the auth base it was stored for without a question', async () => {
    const value = await store();
    expect((await secrets().clientSecretFor('https://auth.test'))?.reveal()).toBe(value);
    expect(asked).toEqual([]);
  });

  it('does not go to another auth base unless the user lets it', async () => {
    await store();
    await expect(secrets().clientSecretFor('https://evil.test')).rejects.toMatchObject({ code: 'host_changed' });
    expect(asked).toMatchObject([{ setting: 'auth_base', from: 'https://auth.test', to: 'https://evil.test' }]);
  });

  it('goes there from then on once the user has said so, and no longer to the earlier one', async () => {
    const value = await store();
    isTrusted = true;
    expect((await secrets().clientSecretFor('https://new.test'))?.reveal()).toBe(value);
    isTrusted = false;
    expect((await secrets().clientSecretFor('https://new.test'))?.reveal()).toBe(value);
    await expect(secrets().clientSecretFor('https://auth.test')).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('is bound to the auth base that is in force when it is stored, and again when it is replaced', async () => {
    await store();
    authBase = 'https://second.test';
    const second = await store();
    expect((await secrets().clientSecretFor('https://second.test'))?.reveal()).toBe(second);
    await expect(secrets().clientSecretFor('https://auth.test')).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('that an earlier version stored is bound to the first auth base it is used for', async () => {
    const value = freshToken();
    const file = rig.vault().file('default', 'secrets', { replace: '', giveUp: '' });
    const lock = await file.lock();
    await file.create({ authBase: '', clientId: '' }, { client_secret: value });
    lock.release();
    expect((await secrets().clientSecretFor('https://auth.test'))?.reveal()).toBe(value);
    await expect(secrets().clientSecretFor('https://evil.test')).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('of the environment goes where the environment says', async () => {
    await store();
    const given = freshToken();
    expect((await secrets({ client_secret: given }).clientSecretFor('https://other.test'))?.reveal()).toBe(given);
    expect(asked).toEqual([]);
  });

  it('keeps the others when it is removed, and leaves no binding behind', async () => {
    await store();
    await secrets().set({ webhook_secret: freshToken() });
    await secrets().set({ client_secret: null });
    expect(await secrets().clientSecretFor('https://evil.test')).toBeNull();
    await secrets().set({ webhook_secret: null });
    expect(existsSync(path())).toBe(false);
  });
});
