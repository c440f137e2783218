import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReventoError } from '../../../src/errors/revento-error.ts';
import { seal } from '../../../src/platform/key/envelope.ts';
import { deriveKey, newKdf } from '../../../src/platform/key/passphrase.ts';
import { createKeyStore } from '../../../src/platform/store/rekey.ts';
import { createSecretStore } from '../../../src/platform/store/sealed-secrets.ts';
import type { CrashPoint } from '../../../src/ports/crash-point.ts';
import { Secret } from '../../../src/text/secret.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { freshToken, listOf, StoreRig } from '../../support/store/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const keyPath = () => join(rig.dataDir, 'key');
const header = (path = rig.path()) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const passphrase = 'correct horse battery staple';
const withPassphrase = (value: string | null = passphrase) => rig.sessions({ vault: rig.vault({ passphrase: value }) });

describe('the key file', () => {
  exceptOnWindows('Windows has no modes')('is made by the first login, 32 bytes, 0600, and shared by all', async () => {
    await rig.sessions().save(rig.grant());
    await rig.sessions({ profile: 'other' }).save(rig.grant());
    expect(readFileSync(keyPath())).toHaveLength(32);
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
    expect(readdirSync(rig.dataDir)).toEqual(['key']);
    expect(header()['kid']).toBe(header(rig.path(undefined, 'other'))['kid']);
  });

  it('that was put there beforehand is used', async () => {
    mkdirSync(rig.dataDir, { mode: 0o700 });
    writeFileSync(keyPath(), Buffer.alloc(32, 7), { mode: 0o600 });
    await rig.sessions().save(rig.grant());
    expect(readFileSync(keyPath()).equals(Buffer.alloc(32, 7))).toBe(true);
  });

  const isRefused = async (spoil: () => void, message: RegExp) => {
    await rig.sessions().save(rig.grant());
    spoil();
    await expect(listOf(rig.sessions())).rejects.toMatchObject({
      code: 'store_key',
      message: expect.stringMatching(message),
    });
    await expect(rig.sessions().save(rig.grant())).rejects.toMatchObject({ code: 'store_key' });
  };

  it('is refused when it has the wrong length', () =>
    isRefused(() => writeFileSync(keyPath(), 'short'), /damaged.*5 bytes/));

  exceptOnWindows('Windows has no modes')('is refused when it is open to others', () =>
    isRefused(() => chmodSync(keyPath(), 0o640), /open to other users \(mode 0640\)/),
  );

  exceptOnWindows('Windows has no modes')(
    'is closed to others again by the command that the refusal names',
    async () => {
      await rig.sessions().save(rig.grant());
      chmodSync(keyPath(), 0o640);
      const refusal = (await listOf(rig.sessions()).catch((error: unknown) => error)) as ReventoError;
      execFileSync('sh', ['-c', /chmod [^;]+/.exec(refusal.facts.hint ?? '')?.[0] ?? 'false']);
      expect(await listOf(rig.sessions())).toHaveLength(1);
    },
  );

  it('is not made again while a sealed file of any profile needs the one that is gone', async () => {
    await rig.sessions({ profile: 'other' }).save(rig.grant());
    rmSync(keyPath());
    await expect(rig.sessions().save(rig.grant({ eventId: 'evt_2' }))).rejects.toMatchObject({
      code: 'store_key',
      facts: { hint: expect.stringContaining(`rm '${rig.path(undefined, 'other')}'`) },
    });
    expect(readdirSync(rig.dataDir)).toEqual([]);
    await rig.sessions({ profile: 'other' }).forget({ kind: 'installation', eventId: 'evt_1' });
    await rig.sessions().save(rig.grant());
    expect(await listOf(rig.sessions())).toHaveLength(1);
  });

  it('opens a login that is logged out of, key or no key', async () => {
    await rig.sessions().save(rig.grant());
    rmSync(keyPath());
    expect(await rig.sessions().forget({ kind: 'installation', eventId: 'evt_1' })).toBe(true);
  });
});

describe('files under sudo', () => {
  it.runIf(process.getuid?.() === 0)('stay with the user whose directory it is', async () => {
    await rig.sessions().save(rig.grant());
    chmodSync(rig.home, 0o755);
    execFileSync('chown', ['-R', '1234:1234', rig.configDir, rig.dataDir]);
    await rig.sessions().save(rig.grant());
    await rig.sessions().save(rig.grant({ eventId: 'evt_2' }));
    await rig.sessions({ profile: 'other' }).save(rig.grant());
    const owner = (path: string) => statSync(path).uid;
    expect([rig.path(), rig.path('installation-evt_2.json'), rig.path('.', 'other'), keyPath()].map(owner)).toEqual(
      Array(4).fill(1234),
    );
  });
});

describe('a passphrase', () => {
  it.each([' ', 'x', 'seven77', '       x       '])('as short as %j seals nothing new, and says so', async (short) => {
    for (const work of [
      () => withPassphrase(short).save(rig.grant()),
      () => withPassphrase(short).prepare({ kind: 'installation', eventId: 'evt_1' }),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('at least 8') });
    }
    expect(await listOf(rig.sessions())).toEqual([]);
  });

  it('that an earlier version took, however short, still opens what it sealed', async () => {
    const binding = { authBase: 'https://auth.test', clientId: 'client-1' };
    const place = { profile: 'default', name: 'installation-evt_1' };
    const record = { v: 1, gen: 1, state: 'active', access_token: freshToken(), expires_at: null };
    const text = seal(await deriveKey(new Secret('x'), newKdf()), place, binding, JSON.stringify(record));
    mkdirSync(dirname(rig.path()), { recursive: true, mode: 0o700 });
    writeFileSync(rig.path(), text, { mode: 0o600 });
    expect(await listOf(withPassphrase('x'))).toHaveLength(1);
    await withPassphrase('x').save(rig.grant({ eventId: 'evt_2' }));
    expect(await listOf(withPassphrase('x'))).toHaveLength(2);
  });

  it('takes precedence over the key file, and no key is stored', async () => {
    await withPassphrase().save(rig.grant());
    expect(header()).toMatchObject({ src: 'passphrase', kdf: { N: 65_536, r: 8, p: 1 } });
    expect(await listOf(withPassphrase())).toHaveLength(1);
    expect(() => statSync(rig.dataDir)).toThrow('ENOENT');
    expect(readFileSync(rig.path(), 'utf8')).not.toContain(passphrase);
  });

  it('has one salt for the whole store, so that a list costs one derivation', async () => {
    await withPassphrase().save(rig.grant());
    await withPassphrase().save(rig.grant({ eventId: 'evt_2' }));
    expect(header()['kdf']).toEqual(header(rig.path('installation-evt_2.json'))['kdf']);
  });

  it('may have two salts after two first logins at the same moment', async () => {
    await Promise.all(['evt_1', 'evt_2'].map((eventId) => withPassphrase().save(rig.grant({ eventId }))));
    await withPassphrase().save(rig.grant({ eventId: 'evt_3' }));
    expect(await listOf(withPassphrase())).toHaveLength(3);
  });

  it.each([
    ['missing', null, /REVENTO_STORE_KEY is not set/],
    ['wrong', 'another passphrase', /not the passphrase/],
  ])('that is %s is reported, and nothing is guessed or created', async (_what, value, message) => {
    await withPassphrase().save(rig.grant());
    const before = readFileSync(rig.path());
    const sessions = withPassphrase(value);
    await expect(listOf(sessions)).rejects.toMatchObject({
      code: 'store_key',
      message: expect.stringMatching(message),
    });
    expect(readFileSync(rig.path()).equals(before)).toBe(true);
  });

  it('that is not the one the other logins have is refused for a new one', async () => {
    await withPassphrase().save(rig.grant());
    await expect(withPassphrase('mistyped').save(rig.grant({ eventId: 'evt_2' }))).rejects.toMatchObject({
      code: 'store_key',
    });
  });

  it('does not touch logins that were stored without it', async () => {
    await rig.sessions().save(rig.grant());
    expect(await listOf(withPassphrase())).toHaveLength(1);
    await withPassphrase().save(rig.grant({ eventId: 'evt_2' }));
    expect(header()['src']).toBe('keyfile');
    expect(header(rig.path('installation-evt_2.json'))['src']).toBe('passphrase');
    expect(await withPassphrase().protection()).toMatchObject({ protection: 'keyfile' });
  });
});

describe('moving a store', () => {
  const secretsOf = (vault = rig.vault({ passphrase })) =>
    createSecretStore({
      profile: 'default',
      vault,
      environment: {},
      authBase: () => 'https://auth.test',
      confirmHost: async () => undefined,
      redactor: rig.redactor,
    });

  it('re-encrypts every login and secret of every profile, and they open with the new key alone', async () => {
    const grants = [rig.grant(), rig.grant({ eventId: 'evt_2' })];
    for (const grant of grants) await rig.sessions().save(grant);
    await rig.sessions({ profile: 'other' }).save(rig.grant());
    await secretsOf(rig.vault()).set({ client_secret: freshToken() });
    const moved = await createKeyStore(rig.vault({ passphrase })).rekey('passphrase');
    expect(moved).toEqual({ moved: 4, kept: 0 });
    rmSync(rig.dataDir, { recursive: true });
    const source = await withPassphrase().source({ kind: 'installation', eventId: 'evt_2' });
    expect((await source.current()).token.reveal()).toBe(grants[1]?.accessToken.reveal());
    expect((await secretsOf().get('client_secret'))?.source).toBe('profile');
    expect(await createKeyStore(rig.vault({ passphrase })).rekey('passphrase')).toEqual({ moved: 0, kept: 4 });
  });

  it('that is cut short leaves logins that all open, and continues where it was', async () => {
    for (let i = 1; i <= 5; i++) await rig.sessions().save(rig.grant({ eventId: `evt_${i}` }));
    let files = 0;
    const hook = Symbol.for('revento.crash-point');
    Reflect.set(globalThis, hook, (point: CrashPoint) => {
      if (point === 'rekey-file' && ++files === 3) throw new Error('killed');
    });
    try {
      await expect(createKeyStore(rig.vault({ passphrase })).rekey('passphrase')).rejects.toThrow('killed');
    } finally {
      Reflect.deleteProperty(globalThis, hook);
    }
    expect(await listOf(withPassphrase())).toHaveLength(5);
    expect(await createKeyStore(rig.vault({ passphrase })).rekey('passphrase')).toEqual({ moved: 2, kept: 3 });
  });

  it('does not begin when one file cannot be opened', async () => {
    await rig.sessions().save(rig.grant());
    await rig.sessions().save(rig.grant({ eventId: 'evt_2' }));
    writeFileSync(rig.path('installation-evt_2.json'), readFileSync(rig.path()));
    const before = readFileSync(rig.path());
    await expect(createKeyStore(rig.vault({ passphrase })).rekey('passphrase')).rejects.toMatchObject({
      code: 'store_corrupt',
    });
    expect(readFileSync(rig.path()).equals(before)).toBe(true);
  });

  it('to a passphrase that is not there is refused', async () => {
    await rig.sessions().save(rig.grant());
    await expect(createKeyStore(rig.vault()).rekey('passphrase')).rejects.toMatchObject({ code: 'store_key' });
  });

  it('back and forth keeps the key file it began with', async () => {
    await rig.sessions().save(rig.grant());
    const key = readFileSync(keyPath());
    await createKeyStore(rig.vault({ passphrase })).rekey('passphrase');
    await createKeyStore(rig.vault({ passphrase })).rekey('keyfile');
    expect(header()['src']).toBe('keyfile');
    expect(readFileSync(keyPath()).equals(key)).toBe(true);
    expect(await listOf(rig.sessions())).toHaveLength(1);
  });
});
