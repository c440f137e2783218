import { describe, expect, it } from 'vitest';
import type { StoreFile } from '../../../src/ports/store.ts';
import { aLogin, testNow } from '../../support/commands/deps.ts';
import { examine } from '../../support/commands/doctor-rig.ts';

const file = (changes: Partial<StoreFile>): StoreFile => ({
  path: '/config/auth/default/user-evt_a.json',
  role: 'login',
  mode: 0o600,
  isForeign: false,
  isSymbolicLink: false,
  bytes: 400,
  ageMs: 120_000,
  holder: null,
  isAbandoned: false,
  login: null,
  ...changes,
});

describe('doctor on the store', () => {
  it('says how it is protected and why not better', async () => {
    const [finding] = (await examine()).of('store');
    expect(finding?.message).toContain('/config/auth: encrypted with a key file');
    expect(finding?.remedy).toContain('config set key_store keyring');
  });

  it('warns of a key file that every copy of the settings directory has, as with REVENTO_CONFIG_DIR', async () => {
    const key = (path: string) => ({ inspection: { keyFile: file({ path, role: 'key', bytes: 32 }) } });
    const [beside] = (await examine(key('/config/data/key'))).of('store');
    expect(beside?.status).toBe('warn');
    expect(beside?.message).toContain('not in a copy of that directory');
    expect(beside?.remedy).toContain('set REVENTO_STORE_KEY and run: revento config set key_store passphrase');
    const [apart] = (await examine(key('/config-data/key'))).of('store');
    expect(apart?.status).toBe('ok');
    expect(apart?.message).toContain('protected from other users and in a copy of the settings directory');
  });

  it.each([
    [
      'a login file open to others',
      { files: [file({ mode: 0o644 })] },
      'warn',
      'chmod 600 /config/auth/default/user-evt_a.json',
    ],
    [
      'a directory open to others',
      { directories: [file({ path: '/config', role: 'directory', mode: 0o755 })] },
      'warn',
      'chmod 700 /config',
    ],
    [
      'a directory that is for everybody, without advice to close it',
      { directories: [file({ path: '/tmp', role: 'directory', mode: 0o1777 })] },
      'warn',
      'set REVENTO_CONFIG_DIR to a directory for revento alone',
    ],
    [
      'a key open to others',
      { keyFile: file({ path: '/data/key', role: 'key', bytes: 32, mode: 0o640 }) },
      'fail',
      'chmod 600 /data/key',
    ],
    ["somebody else's file", { files: [file({ isForeign: true })] }, 'warn', 'chown'],
    [
      "somebody else's file in a directory with a blank",
      { files: [file({ path: '/a b/config.json', isForeign: true })] },
      'warn',
      `chown "$USER" '/a b/config.json'`,
    ],
    [
      'a directory with a blank that is open to others',
      { directories: [file({ path: '/a b', role: 'directory', mode: 0o755 })] },
      'warn',
      "chmod 700 '/a b'",
    ],
  ] as const)('notices %s', async (_, inspection, status, remedy) => {
    const [finding] = (await examine({ inspection })).of('permissions');
    expect(finding?.status).toBe(status);
    expect(finding?.remedy).toContain(remedy);
  });

  it('claims nothing about other users where modes do not say who has access, as on Windows', async () => {
    const keyFile = file({ path: '/data/key', role: 'key', bytes: 32, mode: null });
    const report = await examine({ inspection: { hasModes: false, keyFile, isWritable: false } });
    expect(report.of('permissions')).toMatchObject([
      { status: 'skip', message: expect.stringContaining('Not checked'), remedy: expect.stringContaining('icacls') },
    ]);
    const store = report.of('store').map(({ message, remedy }) => `${message} ${remedy}`);
    expect(store.join('\n')).toContain('users whom Windows denies access');
    expect(store.join('\n')).not.toMatch(/other users|chmod/);
  });

  it('notices a key of the wrong length', async () => {
    const inspection = { keyFile: file({ path: '/data/key', role: 'key', bytes: 31 }) };
    expect((await examine({ inspection })).of('key')[0]).toMatchObject({ status: 'fail' });
  });

  it.each([
    ['cannot be written', { isWritable: false }, 'store'],
    ['is on a full disk', { freeBytes: 4096 }, 'disk'],
  ])('fails when it %s', async (_, inspection, check) => {
    expect((await examine({ inspection })).of(check).at(-1)?.status).toBe('fail');
  });

  const lock = (changes: Partial<StoreFile>) => ({
    files: [file({ role: 'lock', path: '/config/x.lock', ...changes })],
  });
  it.each([
    [
      'of a live process is fine',
      lock({ holder: { pid: 7, host: 'here', liveness: 'alive' } }),
      'ok',
      'held by process 7',
    ],
    [
      'of a dead process is stale',
      lock({ isAbandoned: true, holder: { pid: 7, host: 'here', liveness: 'dead' } }),
      'warn',
      'which has ended',
    ],
    [
      'of another machine may be fine',
      lock({ ageMs: 5_000, holder: { pid: 7, host: 'there', liveness: 'unknown' } }),
      'ok',
      'held on there',
    ],
    [
      'of another machine that is silent is stale',
      lock({ isAbandoned: true, holder: { pid: 7, host: 'there', liveness: 'unknown' } }),
      'warn',
      'last seen 2m',
    ],
    ['without a name may be fine', lock({}), 'ok', 'is held, last seen'],
    ['without a name is stale once it is given up', lock({ isAbandoned: true }), 'warn', 'an unknown process'],
  ] as const)('a lock %s', async (_, inspection, status, message) => {
    const [finding] = (await examine({ inspection })).of('locks');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
  });

  it.each([
    ['successor', 'left by an interrupted refresh'],
    ['rescue', 'could not be written to its usual place'],
    ['temporary', 'left by an interrupted write 2h ago'],
  ] as const)('notices a %s that was left over', async (role, message) => {
    const { of } = await examine({ inspection: { files: [file({ role, ageMs: 7_200_000 })] } });
    expect(of('leftovers')[0]).toMatchObject({ status: 'warn' });
    expect(of('leftovers')[0]?.message).toContain(message);
  });

  it('removes what was left over by a command that a shell reads as one path', async () => {
    const leftover = file({ path: '/a b/evt_a.json.tmp', role: 'temporary', ageMs: 7_200_000 });
    const { of } = await examine({ inspection: { files: [leftover] } });
    expect(of('leftovers')[0]?.remedy).toBe("run: rm '/a b/evt_a.json.tmp'");
  });

  it.each([
    ['the next refresh uses or removes it; run: revento -p ci token refresh --event evt_a --user', true],
    ['to remove it, run: revento -p ci logout --event evt_a --user', false],
  ])('names the command for the login that a copy is of: %s', async (remedy, isWhole) => {
    const login = { profile: 'ci', kind: 'user', eventId: 'evt_a', isWhole } as const;
    const { of } = await examine({ inspection: { files: [file({ role: 'successor', login })] } });
    expect(of('leftovers')[0]).toMatchObject({ status: 'warn', remedy });
  });

  it('takes the successor of a refresh under way for what it is', async () => {
    const held = file({ role: 'lock', holder: { pid: 7, host: 'here', liveness: 'alive' } });
    expect((await examine({ inspection: { files: [held, file({ role: 'successor' })] } })).of('leftovers')).toEqual([]);
  });
});

describe('doctor on logins', () => {
  it.each([
    [
      'a revoked one fails',
      aLogin({ state: 'revoked', reason: 'it was revoked in Revento' }),
      'fail',
      'is revoked: it was revoked in Revento.',
    ],
    [
      'one that cannot be renewed is warned about',
      aLogin({ isRenewable: false }),
      'warn',
      'expires in 42 minutes and cannot be renewed',
    ],
    ['an expired one fails', aLogin({ state: 'expired' }), 'fail', 'is expired: both of its tokens have expired.'],
    [
      'one near its end is warned about',
      aLogin({ refreshExpiresAt: testNow + 3 * 86_400_000 }),
      'warn',
      'expires in 3 days if unused',
    ],
  ] as const)('%s', async (_, login, status, message) => {
    const [finding] = (await examine({ logins: { default: [login] } })).of('login');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
    expect(finding?.remedy).toBe('run: revento login --event evt_a');
  });

  it('warns when there is none', async () => {
    expect((await examine({ logins: {} })).of('login')[0]).toMatchObject({
      status: 'warn',
      remedy: 'run: revento login',
    });
  });

  it('says that REVENTO_ACCESS_TOKEN is in use, masked', async () => {
    const [finding] = (await examine({ environmentToken: 'from-the-environment', logins: {} })).of('login');
    expect(finding?.status).toBe('ok');
    expect(finding?.message).toContain('REVENTO_ACCESS_TOKEN is set ([redacted fp:');
  });
});
