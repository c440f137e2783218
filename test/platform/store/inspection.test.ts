import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/platform/lock/process-identity.ts';
import { inspectStore } from '../../../src/platform/store/inspection.ts';
import { storedProfiles } from '../../../src/platform/store/profiles/stored-profiles.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';

let root: string;
let configDir: string;
let dataDir: string;
let profileDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'revento-inspection-'));
  configDir = join(root, 'config');
  dataDir = join(root, 'data');
  profileDir = join(configDir, 'auth', 'default');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const profiles = () => storedProfiles(configDir);
const inspect = () => inspectStore({ configDir, dataDir, rescueDirs: [join(root, 'tmp')], now: Date.now() });

function store(...names: string[]): void {
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });
  for (const name of names) writeFileSync(join(profileDir, name), 'x', { mode: 0o600 });
}

const rolesOf = (names: readonly string[]) => {
  store(...names);
  return inspect().files.map(({ path, role }) => [path.slice(profileDir.length + 1), role]);
};

describe('a look at the store', () => {
  it('finds nothing on a fresh machine and makes nothing', () => {
    expect(inspect()).toMatchObject({ keyFile: null, directories: [], files: [], isWritable: true });
    expect(profiles()).toEqual([]);
    expect(inspect().freeBytes).toBeGreaterThan(0);
    expect(readdirSync(root)).toEqual([]);
  });

  it('tells logins from their file names, whatever is in the files', () => {
    store('installation-evt_b.json', 'user-evt-a.b.json', 'installation-evt_a.json', 'secrets.json', 'notes.txt');
    expect(profiles()).toEqual([
      {
        name: 'default',
        logins: [
          { kind: 'installation', eventId: 'evt_a' },
          { kind: 'installation', eventId: 'evt_b' },
          { kind: 'user', eventId: 'evt-a.b' },
        ],
        remnants: [],
        hasSecrets: true,
      },
    ]);
  });

  it('counts a login by its file, not by the copies beside it', () => {
    store('user-evt_a.json', 'user-evt_a.json.next', 'user-evt_b.json.rescue', 'user-evt_b.json.next');
    expect(profiles()[0]?.logins.map((login) => login.eventId)).toEqual(['evt_a']);
    expect(profiles()[0]?.remnants).toEqual([{ kind: 'user', eventId: 'evt_b' }]);
    expect(inspect().files.map(({ login }) => login && [login.profile, login.eventId, login.isWhole])).toEqual([
      null,
      ['default', 'evt_a', true],
      ['default', 'evt_b', false],
      ['default', 'evt_b', false],
    ]);
  });

  it('finds rescue copies in the directories of last resort, among the files of others', () => {
    mkdirSync(join(root, 'tmp'));
    const name = `revento-${'0a'.repeat(16)}.rescue`;
    for (const entry of [name, 'revento-x.rescue', 'else']) writeFileSync(join(root, 'tmp', entry), '');
    expect(inspect().files.map(({ path, role }) => [path, role])).toEqual([[join(root, 'tmp', name), 'rescue']]);
  });

  it('leaves out profiles that hold nothing', () => {
    store();
    expect(profiles()).toEqual([]);
  });

  it.each([
    ['user-evt_a.json', 'login'],
    ['user-evt_a.json.next', 'successor'],
    ['user-evt_a.json.rescue', 'rescue'],
    ['user-evt_a.json.0a1b2c.tmp', 'temporary'],
    ['user-evt_a.lock', 'lock'],
    ['user-evt_a.lock.0123456789abcdef', 'temporary'],
    ['user-evt_a.lock.after-0123456789abcdef', 'lock'],
    ['secrets.json', 'secrets'],
    ['user-top.secrets.json', 'login'],
  ])('knows what %s is', (name, role) => {
    expect(rolesOf([name])).toEqual([[name, role]]);
  });

  exceptOnWindows('Windows has no modes')('finds the key file, the settings and what writing them left behind', () => {
    mkdirSync(configDir);
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'key'), Buffer.alloc(32), { mode: 0o640 });
    writeFileSync(join(dataDir, 'key.0a1b.tmp'), '');
    writeFileSync(join(configDir, 'config.json'), '{}');
    writeFileSync(join(configDir, 'config.json.before'), '{}');
    const { keyFile, files } = inspect();
    expect(keyFile).toMatchObject({ role: 'key', bytes: 32, mode: 0o640, isForeign: false });
    expect(files.map(({ role }) => role)).toEqual(['settings', 'temporary', 'temporary']);
  });

  exceptOnWindows('Windows has no modes')('tells age, mode and whether it is a link', () => {
    store('user-evt_a.json');
    const path = join(profileDir, 'user-evt_a.json');
    utimesSync(path, new Date(), new Date(Date.now() - 3_600_000));
    symlinkSync(path, join(profileDir, 'user-evt_b.json'));
    const [file, link] = inspect().files;
    expect(file).toMatchObject({ mode: 0o600, isSymbolicLink: false });
    expect(Math.round((file?.ageMs ?? 0) / 60_000)).toBe(60);
    expect(link?.isSymbolicLink).toBe(true);
    expect(statSync(profileDir).mode & 0o777).toBe(inspect().directories.at(-1)?.mode);
  });
});

describe('the holder of a lock', () => {
  const lockedBy = (record: object) => {
    store();
    writeFileSync(
      join(profileDir, 'user-evt_a.lock'),
      `${JSON.stringify({ id: '0123456789abcdef', at: Date.now(), ...record })}\n`,
    );
    return inspect().files[0]?.holder;
  };

  it('is alive while its process runs', () => {
    expect(lockedBy(ownIdentity())).toEqual({ pid: process.pid, host: hostname(), liveness: 'alive' });
  });

  it('is dead once its process is gone', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(lockedBy({ ...ownIdentity(), pid })).toMatchObject({ pid, liveness: 'dead' });
  });

  it('is unknown on another machine', () => {
    expect(lockedBy({ ...ownIdentity(), host: 'elsewhere' })).toMatchObject({ host: 'elsewhere', liveness: 'unknown' });
  });

  it('elsewhere gives it up by a minute of silence, and not before', () => {
    lockedBy({ ...ownIdentity(), host: 'elsewhere' });
    expect(inspect().files[0]?.isAbandoned).toBe(false);
    const past = new Date(Date.now() - 61_000);
    utimesSync(join(profileDir, 'user-evt_a.lock'), past, past);
    expect(inspect().files[0]?.isAbandoned).toBe(true);
  });

  exceptOnWindows('Wine has no PowerShell, which tells when it started')(
    'that is alive has not given it up, however long it is silent',
    () => {
      lockedBy(ownIdentity());
      const past = new Date(Date.now() - 3_600_000);
      utimesSync(join(profileDir, 'user-evt_a.lock'), past, past);
      expect(inspect().files[0]?.isAbandoned).toBe(false);
    },
  );

  it('is not known when the record is damaged', () => {
    store('user-evt_a.lock');
    expect(inspect().files[0]).toMatchObject({ role: 'lock', holder: null });
  });
});
