import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretName, SecretStore } from '../../../src/config/types.ts';
import { createSecretStore } from '../../../src/platform/store/sealed-secrets.ts';
import { freshToken, StoreRig } from '../../support/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const secrets = (environment: Partial<Record<SecretName, string>> = {}, profile = 'default'): SecretStore =>
  createSecretStore({ profile, vault: rig.vault(), environment, redactor: rig.redactor });
const path = () => rig.path('secrets.json');

describe('a stored secret', () => {
  it('is read back, by another process too, and is nowhere in the clear', async () => {
    const value = freshToken();
    await secrets().set('client_secret', value);
    const found = await secrets().get('client_secret');
    expect([found?.secret.reveal(), found?.source]).toEqual([value, 'profile']);
    expect(readFileSync(path(), 'utf8')).not.toContain(value);
    expect(rig.redactor.clean(`the value is ${value}`)).not.toContain(value);
  });

  it('does not disturb the others', async () => {
    const values = { client_secret: freshToken(), webhook_secret: freshToken(), webhook_secret_previous: freshToken() };
    const entries = Object.entries(values) as [SecretName, string][];
    await Promise.all(entries.map(([name, value]) => secrets().set(name, value)));
    for (const [name, value] of entries) expect((await secrets().get(name))?.secret.reveal()).toBe(value);
    await secrets().set('webhook_secret', null);
    expect(await secrets().get('webhook_secret')).toBeNull();
    expect((await secrets().get('client_secret'))?.secret.reveal()).toBe(values.client_secret);
  });

  it('gives way to the environment', async () => {
    await secrets().set('client_secret', freshToken());
    const given = freshToken();
    const found = await secrets({ client_secret: given }).get('client_secret');
    expect([found?.secret.reveal(), found?.source]).toEqual([given, 'environment']);
  });

  it('is of one profile', async () => {
    await secrets().set('client_secret', freshToken());
    expect(await secrets({}, 'other').get('client_secret')).toBeNull();
  });

  it('leaves no file when the last one is removed, and none when there was nothing to remove', async () => {
    await secrets().set('client_secret', null);
    expect(existsSync(dirname(path()))).toBe(false);
    await secrets().set('client_secret', freshToken());
    await secrets().set('client_secret', null);
    expect(readdirSync(dirname(path()))).toEqual([]);
  });

  it('that is damaged is told, not overwritten', async () => {
    await secrets().set('client_secret', freshToken());
    writeFileSync(path(), 'garbage');
    await expect(secrets().get('client_secret')).rejects.toMatchObject({ code: 'store_corrupt' });
    await expect(secrets().set('webhook_secret', freshToken())).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(readFileSync(path(), 'utf8')).toBe('garbage');
  });
});
