import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { type ExclusiveLock, openSettingsFile } from '../../../src/platform/store/settings-file.ts';
import { exceptOnWindows, noModes } from '../../support/except-on-windows.ts';
import { withReason } from '../../support/program/needs.ts';

/** Taken before the first write: conf is loaded once in this process. */
const listenersBeforeConf = listenersBySignal();

let root: string;
let directory: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'revento-settings-'));
  directory = join(root, 'config');
  path = join(directory, 'config.json');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** One at a time within this process: what the lock file gives between processes. */
function inTurn(): ExclusiveLock {
  let last: Promise<unknown> = Promise.resolve();
  return (_, work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

const open = () => openSettingsFile({ directory, lock: inTurn() });

describe('reading settings', () => {
  it('finds nothing where nothing was written, and writes nothing by looking', () => {
    expect(open().profiles()).toEqual({});
    expect(open().defaultProfile()).toBe('default');
    expect(existsSync(directory)).toBe(false);
  });

  it.each([
    ['half a file', '{\n"profiles": {"default"', 'line 2 is not valid JSON'],
    ['a list', '[]', 'it is not a JSON object'],
    ['profiles in a list', '{"profiles": []}', 'profiles is not an object'],
    ['a profile that is not an object', '{"profiles": {"my": "x"}}', 'profiles."my" is not an object'],
    ['a chosen profile that is not text', '{"default_profile": 7}', 'default_profile is not a string'],
  ])('says where the file is damaged and how to continue: %s', (_, text, where) => {
    mkdirSync(directory);
    writeFileSync(path, text);
    const error = failureOf(() => open().profiles());
    expect(error.code).toBe('file');
    expect(error.message).toBe(`The settings in ${path} are damaged: ${where}.`);
    expect(error.facts.hint).toContain('move it aside');
  });

  exceptOnWindows('runs sh')('names a command that moves a damaged file away whatever its directory is called', () => {
    const spaced = join(directory, "it's here");
    const damaged = join(spaced, 'config.json');
    mkdirSync(spaced, { recursive: true });
    writeFileSync(damaged, 'no settings');
    const { hint } = failureOf(() => openSettingsFile({ directory: spaced, lock: inTurn() }).profiles()).facts;
    execFileSync('sh', ['-c', /mv [^;]+/.exec(hint ?? '')?.[0] ?? 'false']);
    expect(readdirSync(spaced)).toEqual(['config.json.damaged']);
  });

  it('does not quote a damaged file, which may hold anything', () => {
    const secret = randomBytes(12).toString('hex');
    mkdirSync(directory);
    writeFileSync(path, secret);
    const error = failureOf(() => open().profiles());
    expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain(secret);
  });

  it('leaves out what is not a setting or not text', () => {
    mkdirSync(directory);
    writeFileSync(path, JSON.stringify({ profiles: { a: { client_id: 'id', scope: 3, newer: 'x', output: '' } } }));
    expect(open().profiles()).toEqual({ a: { client_id: 'id' } });
  });
});

describe('writing settings', () => {
  it('keeps each profile apart', async () => {
    await open().update('default', { client_id: 'one', scope: 'event.read' });
    await open().update('my.profile', { client_id: 'two' });
    expect(open().profiles()).toEqual({
      default: { client_id: 'one', scope: 'event.read' },
      'my.profile': { client_id: 'two' },
    });
  });

  it('changes only what it was given, and removes what is null', async () => {
    await open().update('default', { client_id: 'one', scope: 'event.read' });
    await open().update('default', { client_id: 'two', scope: null });
    expect(open().profiles()).toEqual({ default: { client_id: 'two' } });
  });

  it('keeps fields a newer version wrote', async () => {
    mkdirSync(directory);
    writeFileSync(path, JSON.stringify({ newer: [1], profiles: { a: { newer: true } } }));
    await open().update('a', { client_id: 'id' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      newer: [1],
      profiles: { a: { newer: true, client_id: 'id' } },
    });
  });

  it('keeps what protects the store for all profiles, those yet to come included', async () => {
    await open().update('prod', { key_store: 'keyring', client_id: 'id' });
    expect(open().profiles()).toEqual({ prod: { client_id: 'id' } });
    expect(open().of('prod')).toEqual({ client_id: 'id', key_store: 'keyring' });
    expect(open().of('later')).toEqual({ key_store: 'keyring' });
    await open().update('other', { key_store: null });
    expect(open().of('prod')).toEqual({ client_id: 'id' });
    expect(Object.keys(open().profiles())).toEqual(['prod']);
  });

  it.each(['constructor', '__proto__', 'hasOwnProperty'])('takes a profile named %s as any other', async (name) => {
    await open().update(name, { client_id: 'id' });
    expect(Object.entries(open().profiles())).toEqual([[name, { client_id: 'id' }]]);
    expect(await open().remove(name)).toBe(true);
    expect(await open().remove(name)).toBe(false);
  });

  it('remembers the chosen profile and forgets it with the profile', async () => {
    await open().update('prod', { client_id: 'id' });
    await open().use('prod');
    expect(open().defaultProfile()).toBe('prod');
    await open().update('prod', { scope: 'event.read' });
    expect(open().defaultProfile()).toBe('prod');
    await open().remove('prod');
    expect(open().defaultProfile()).toBe('default');
  });

  it('loses none of many changes made at once', async () => {
    const lock = inTurn();
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => openSettingsFile({ directory, lock }).update(name, { client_id: name })));
    expect(Object.keys(open().profiles()).sort()).toEqual([...names].sort());
  });

  it.skipIf(noModes !== null).each([0o000, 0o022, 0o077])(
    withReason('makes the file 0600 in a directory 0700 under umask %o', noModes),
    async (mask) => {
      const umask = process.umask(mask);
      try {
        await open().update('default', { client_id: 'id' });
      } finally {
        process.umask(umask);
      }
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    },
  );

  exceptOnWindows('Windows has no modes')('tightens what was looser, and says so', async () => {
    mkdirSync(directory, { mode: 0o755 });
    writeFileSync(path, '{"profiles":{}}', { mode: 0o644 });
    chmodSync(path, 0o644);
    const loose: string[] = [];
    const file = openSettingsFile({ directory, lock: inTurn(), onLoose: (found) => loose.push(found) });
    await file.update('default', { client_id: 'id' });
    await file.update('default', { client_id: 'id-2' });
    expect(loose).toEqual([directory, path]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it.skipIf(noModes !== null).each([
    ['for everybody, such as /tmp', 0o1777, []],
    ['that holds other things as well, such as a home', 0o755, ['.profile']],
  ])(withReason('leaves the mode of a directory %s', noModes), async (_, mode, others) => {
    mkdirSync(directory);
    chmodSync(directory, mode);
    for (const name of others) writeFileSync(join(directory, name), '');
    const loose: string[] = [];
    const file = openSettingsFile({ directory, lock: inTurn(), onLoose: (found) => loose.push(found) });
    await file.update('default', { client_id: 'id' });
    expect(loose).toEqual([]);
    expect(statSync(directory).mode & 0o7777).toBe(mode);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.runIf(process.geteuid?.() === 0)('leaves a file that root writes to whom the directory belongs', async () => {
    chmodSync(root, 0o755);
    mkdirSync(directory);
    chownSync(directory, 1234, 1234);
    await open().update('default', { client_id: 'id' });
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1234 });
  });

  it('leaves nothing beside the file', async () => {
    await open().update('default', { client_id: 'one' });
    await open().update('default', { client_id: 'two' });
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  exceptOnWindows('links need a right on Windows')('writes through a symbolic link and keeps the link', async () => {
    mkdirSync(directory);
    const real = join(root, 'dotfiles.json');
    writeFileSync(real, '{"profiles":{}}');
    symlinkSync(real, path);
    await open().update('default', { client_id: 'id' });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, 'utf8')).profiles).toEqual({ default: { client_id: 'id' } });
  });

  it('does not touch a damaged file', async () => {
    mkdirSync(directory);
    writeFileSync(path, '{');
    await expect(open().update('default', { client_id: 'id' })).rejects.toThrow('damaged');
    expect(readFileSync(path, 'utf8')).toBe('{');
  });

  it('leaves no signal handler behind that would end the process before it has cleaned up', async () => {
    await open().update('default', { client_id: 'id' });
    expect(listenersBySignal()).toEqual(listenersBeforeConf);
  });
});

const canMount = process.platform === 'linux' && mountTmpfs('probe-only');

describe.runIf(canMount)('on a full disk', () => {
  let disk: string;

  beforeEach(() => {
    disk = join(root, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    expect(mounted.status).toBe(0);
    directory = join(disk, 'config');
    path = join(directory, 'config.json');
  });

  afterEach(() => {
    spawnSync('umount', [disk]);
  });

  /** Leaves this many bytes free, in whole pages as tmpfs counts. */
  const fillUpTo = (freeBytes: number) => writeFileSync(join(disk, 'filler'), Buffer.alloc(64 * 1024 - freeBytes));

  it.each([0, 4096])('keeps the old settings whole and says so, with %d bytes free', async (freeBytes) => {
    const long = 'x'.repeat(3_000);
    await open().update('a', { scope: long });
    await open().update('b', { scope: long });
    const before = readFileSync(path, 'utf8');
    fillUpTo(freeBytes + Math.ceil(before.length / 4096) * 4096);
    await expect(open().update('c', { scope: long })).rejects.toMatchObject({ code: 'disk_full' });
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(directory)).toEqual(['config.json']);
    rmSync(join(disk, 'filler'));
    await open().update('c', { scope: long });
    expect(Object.keys(open().profiles())).toEqual(['a', 'b', 'c']);
  });
});

function listenersBySignal(): Record<string, number> {
  const signals = process
    .eventNames()
    .map(String)
    .filter((name) => name.startsWith('SIG'));
  return Object.fromEntries(signals.map((signal) => [signal, process.listenerCount(signal)]));
}

/** Whether this process may mount; leaves nothing mounted. */
function mountTmpfs(name: string): boolean {
  const place = mkdtempSync(join(tmpdir(), `revento-${name}-`));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]).status === 0;
  if (isMounted) spawnSync('umount', [place]);
  rmSync(place, { recursive: true, force: true });
  return isMounted;
}

function failureOf(work: () => unknown): ReventoError {
  try {
    work();
  } catch (error) {
    if (error instanceof ReventoError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
