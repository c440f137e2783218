import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoginKey } from '../../../../src/login/login.ts';
import { discardProfile } from '../../../../src/platform/store/profiles/discard-profile.ts';
import { createSecretStore } from '../../../../src/platform/store/sealed-secrets.ts';
import { exceptOnWindows } from '../../../support/except-on-windows.ts';
import { freshToken, StoreRig } from '../../../support/store/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const key: LoginKey = { kind: 'installation', eventId: 'evt_1' };
const onShared = exceptOnWindows('needs a link, which only administrators may make');
const sessions = (profile: string) => rig.sessions({ profile });
const secrets = (profile: string) =>
  createSecretStore({
    profile,
    vault: rig.vault(),
    environment: {},
    authBase: () => 'https://auth.test',
    confirmHost: () => Promise.reject(new Error('a question that the test did not expect')),
    redactor: rig.redactor,
  });
const refusal = { code: 'file', message: expect.stringContaining('belongs to profile "Prod"') };

/** Makes `prod` lead to `Prod`, as on a disk that does not tell upper from lower case. */
function share(kind: string): void {
  mkdirSync(join(rig.configDir, kind, 'Prod'), { recursive: true });
  const path = join(rig.configDir, kind, 'prod');
  if (!existsSync(path)) symlinkSync('Prod', path);
}

/** What the profile Prod has stored, byte by byte. */
function stored(): Record<string, string> {
  const directory = dirname(rig.path('x', 'Prod'));
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}

describe('a profile whose name leads to the directory of another', () => {
  onShared('does not replace the login of the other, and says so before the browser is opened', async () => {
    await sessions('Prod').save(rig.grant());
    share('auth');
    const before = stored();
    await expect(sessions('prod').prepare(key)).rejects.toMatchObject(refusal);
    await expect(sessions('prod').save(rig.grant())).rejects.toMatchObject(refusal);
    expect(stored()).toEqual(before);
    expect(await sessions('Prod').read(key)).not.toBeNull();
  });

  onShared('neither reads nor forgets the login of the other', async () => {
    await sessions('Prod').save(rig.grant());
    share('auth');
    const before = stored();
    await expect(sessions('prod').read(key)).rejects.toMatchObject(refusal);
    await expect(sessions('prod').forget(key)).rejects.toMatchObject(refusal);
    expect(stored()).toEqual(before);
  });

  onShared('stores nothing there, not even beside what the other has', async () => {
    share('auth');
    await expect(sessions('prod').save(rig.grant())).rejects.toMatchObject(refusal);
    await expect(secrets('prod').set({ client_secret: freshToken() })).rejects.toMatchObject(refusal);
    await expect(rig.vault().log('prod', 'sandbox')).rejects.toMatchObject(refusal);
    expect(stored()).toEqual({});
  });

  onShared('is removed without the secrets, logs and listeners of the other', async () => {
    await secrets('Prod').set({ client_secret: freshToken() });
    for (const kind of ['auth', 'pace', 'listeners']) share(kind);
    const others = [
      rig.path('sandbox.sealed', 'Prod'),
      ...['pace', 'listeners'].map((kind) => join(rig.configDir, kind, 'Prod', 'x')),
    ];
    for (const path of others) writeFileSync(path, 'x');
    const before = stored();
    await secrets('prod').forget();
    discardProfile(rig.configDir, 'prod');
    expect(stored()).toEqual(before);
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
  });

  onShared('still uses, replaces and forgets a login that it stored there itself', async () => {
    await sessions('prod').save(rig.grant());
    renameSync(dirname(rig.path('x', 'prod')), dirname(rig.path('x', 'Prod')));
    share('auth');
    expect((await sessions('prod').read(key))?.state).toBe('active');
    await sessions('prod').save(rig.grant({ organizationId: 'org_new' }));
    expect(await sessions('prod').forget(key)).toBe(true);
    expect(stored()).toEqual({});
  });
});

describe('a login whose event id differs by case from that of another', () => {
  const upper: LoginKey = { kind: 'installation', eventId: 'evt_A' };
  const lower: LoginKey = { kind: 'installation', eventId: 'evt_a' };
  const ofUpper = { code: 'file', message: expect.stringContaining('belongs to the login for evt_A (organizer)') };
  /** Makes `evt_a` lead to the file of `evt_A`, as on a disk that does not tell upper from lower case. */
  const shareFile = () => symlinkSync('installation-evt_A.json', rig.path('installation-evt_a.json'));

  onShared('neither replaces, reads nor forgets the other where both lead to one file', async () => {
    await sessions('default').save(rig.grant({ eventId: 'evt_A' }));
    shareFile();
    const before = readFileSync(rig.path('installation-evt_A.json'), 'latin1');
    await expect(sessions('default').prepare(lower)).rejects.toMatchObject(ofUpper);
    await expect(sessions('default').save(rig.grant({ eventId: 'evt_a' }))).rejects.toMatchObject(ofUpper);
    await expect(sessions('default').read(lower)).rejects.toMatchObject(ofUpper);
    await expect(sessions('default').forget(lower)).rejects.toMatchObject(ofUpper);
    expect(readFileSync(rig.path('installation-evt_A.json'), 'latin1')).toBe(before);
    expect((await sessions('default').read(upper))?.state).toBe('active');
  });

  exceptOnWindows('has disks that ignore case')('is stored beside the other on any other disk', async () => {
    for (const eventId of ['evt_A', 'evt_a']) await sessions('default').save(rig.grant({ eventId }));
    for (const key of [upper, lower]) expect(await sessions('default').read(key)).toMatchObject(key);
  });
});

describe('a profile with a directory of its own', () => {
  it('loses what is left of it when it is removed', async () => {
    await secrets('prod').set({ client_secret: freshToken() });
    await secrets('prod').forget();
    mkdirSync(join(rig.configDir, 'pace', 'prod'), { recursive: true });
    discardProfile(rig.configDir, 'prod');
    expect(['auth', 'pace'].map((kind) => readdirSync(join(rig.configDir, kind)))).toEqual([[], []]);
  });
});
