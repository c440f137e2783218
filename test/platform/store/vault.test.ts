import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPaths } from '../../../src/platform/store/sealed-copies.ts';
import type { SealedRecord } from '../../../src/ports/store.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { StoreRig } from '../../support/store/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const binding = { authBase: 'https://auth.test', clientId: 'client-1' };
const name = 'installation-evt_1';
const remedies = { replace: 'run: revento login', giveUp: 'run: revento logout' };
const fileOf = (options = {}) => rig.vault(options).file('default', name, remedies);

/** A first record, under the lock as always. */
async function create(content: object, fileName = name): Promise<SealedRecord> {
  const file = rig.vault().file('default', fileName, remedies);
  const lock = await file.lock();
  try {
    return await file.create(binding, { ...content });
  } finally {
    lock.release();
  }
}

/** A file that was read before, as everything that is written again was. */
async function opened(): Promise<ReturnType<typeof fileOf>> {
  const file = fileOf();
  await file.read();
  return file;
}

describe('the newest of several copies', () => {
  it('is the successor when the crash came before it was renamed', async () => {
    const first = await create({ state: 'one' });
    const old = readFileSync(rig.path());
    const file = await opened();
    file.reserve();
    expect(file.commit(first, { state: 'two' }).outcome).toBe('saved');
    renameSync(rig.path(), `${rig.path()}.next`);
    writeFileSync(rig.path(), old);
    expect((await fileOf().read())?.content).toEqual({ state: 'two' });
    expect((await fileOf().settle())?.content).toEqual({ state: 'two' });
    expect(readdirSync(dirname(rig.path()))).toEqual([`${name}.json`]);
    expect((await fileOf().read())?.content).toEqual({ state: 'two' });
  });

  it('is the rescue copy in another directory when that is newer than the file', async () => {
    const first = await create({ state: 'one' });
    const old = readFileSync(rig.path());
    (await opened()).rewrite(first, { state: 'two' });
    mkdirSync(rig.rescueDir);
    renameSync(rig.path(), copyPaths(rig.path(), [rig.rescueDir]).rescues[1] as string);
    writeFileSync(rig.path(), old);
    expect((await fileOf().read())?.content).toEqual({ state: 'two' });
    expect((await fileOf().settle())?.content).toEqual({ state: 'two' });
    expect(readdirSync(rig.rescueDir)).toEqual([]);
    expect((await fileOf().read())?.content).toEqual({ state: 'two' });
  });

  it('is the file when a copy is older', async () => {
    const first = await create({ state: 'one' });
    copyFileSync(rig.path(), `${rig.path()}.rescue`);
    (await opened()).rewrite(first, { state: 'two' });
    expect((await fileOf().settle())?.content).toEqual({ state: 'two' });
  });

  it('is the file while the successor is only reserved space', async () => {
    await create({ state: 'one' });
    const file = await opened();
    file.reserve();
    expect((await fileOf().read())?.content).toEqual({ state: 'one' });
    file.unreserve();
    expect(existsSync(`${rig.path()}.next`)).toBe(false);
  });

  it('saves a login whose file is damaged', async () => {
    const first = await create({ state: 'one' });
    (await opened()).rewrite(first, { state: 'two' });
    copyFileSync(rig.path(), `${rig.path()}.next`);
    writeFileSync(rig.path(), 'torn');
    expect((await fileOf().read())?.content).toEqual({ state: 'two' });
  });

  it('does not bring back what was removed', async () => {
    await create({ state: 'one' });
    renameSync(rig.path(), `${rig.path()}.rescue`);
    expect(await fileOf().read()).toBeNull();
    expect(await fileOf().settle()).toBeNull();
    expect(existsSync(`${rig.path()}.rescue`)).toBe(false);
  });

  exceptOnWindows('Windows has no user numbers')(
    'is never a file that another user put into a world-writable directory',
    async () => {
      await create({ state: 'one' });
      mkdirSync(rig.rescueDir);
      const [, shared = ''] = copyPaths(rig.path(), [rig.rescueDir]).rescues;
      symlinkSync(rig.path(), shared);
      expect((await fileOf().read())?.content).toEqual({ state: 'one' });
      rmSync(shared);
      mkdirSync(shared);
      expect((await fileOf().settle())?.content).toEqual({ state: 'one' });
    },
  );
});

describe('reserved space', () => {
  it('is enough for a record that is longer by a few scopes', async () => {
    const first = await create({ scope: 'a' });
    const file = await opened();
    file.reserve();
    const { size } = statSync(`${rig.path()}.next`);
    const content = { scope: 'b'.repeat(2_000) };
    expect(file.commit(first, content).outcome).toBe('saved');
    expect(statSync(rig.path()).size).toBeLessThanOrEqual(size);
    expect((await fileOf().read())?.content).toEqual(content);
  });

  it('that was written is not released: it may be the only copy', async () => {
    const first = await create({ state: 'one' });
    const file = await opened();
    file.reserve();
    file.commit(first, { state: 'two' });
    copyFileSync(rig.path(), `${rig.path()}.next`);
    file.unreserve();
    expect(existsSync(`${rig.path()}.next`)).toBe(true);
  });
});

describe('generations', () => {
  it('grow across logins too, over a damaged file as well', async () => {
    const first = await create({});
    const second = (await opened()).rewrite(first, {});
    const third = await create({});
    expect(third.generation).toBeGreaterThan(second.generation);
    writeFileSync(rig.path(), 'garbage');
    const fourth = await create({});
    expect(fourth.generation).toBeGreaterThan(third.generation);
  });
});

describe('something else in the place of a sealed file', () => {
  const put = (make: (path: string) => void) => {
    mkdirSync(dirname(rig.path()), { recursive: true, mode: 0o700 });
    make(rig.path());
  };

  exceptOnWindows('runs mkfifo')('that is a named pipe is not waited for', async () => {
    put((path) => execFileSync('mkfifo', [path]));
    await expect(fileOf().read()).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  exceptOnWindows('Windows has no /dev')('that is a device is not read to an end it does not have', async () => {
    put((path) => symlinkSync('/dev/zero', path));
    await expect(fileOf().read()).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  it('that is a directory is named for what it is, and not removed', async () => {
    put((path) => mkdirSync(path));
    await expect(fileOf().read()).rejects.toMatchObject({ code: 'file' });
    expect(() => fileOf().remove()).toThrow(expect.objectContaining({ code: 'file' }));
    expect(existsSync(rig.path())).toBe(true);
  });
});

describe('what a crash left', () => {
  it('is removed under the lock when it is older than an hour', async () => {
    await create({});
    const directory = dirname(rig.path());
    const left = (entry: string, ageMs: number) => {
      writeFileSync(join(directory, entry), '');
      const at = (rig.clock.now() - ageMs) / 1000;
      utimesSync(join(directory, entry), at, at);
    };
    left(`${name}.json.0a0b0a0b0a0b.tmp`, 2 * 3_600_000);
    left(`${name}.lock.0a0b0a0b0a0b0a0b`, 2 * 3_600_000);
    left(`${name}.json.0c0d0c0d0c0d.tmp`, 60_000);
    left('installation-evt_10.json.0a0b0a0b0a0b.tmp', 2 * 3_600_000);
    (await fileOf().lock()).release();
    expect(readdirSync(directory).sort()).toEqual([
      `${name}.json`,
      `${name}.json.0c0d0c0d0c0d.tmp`,
      'installation-evt_10.json.0a0b0a0b0a0b.tmp',
    ]);
  });

  it('and cannot be removed is named, and the lock is free again', async () => {
    await create({});
    const stuck = `${rig.path()}.0a0b0a0b0a0b.tmp`;
    mkdirSync(stuck);
    const at = rig.clock.now() / 1000 - 7_200;
    utimesSync(stuck, at, at);
    const failure = { code: 'file', message: expect.stringContaining(stuck) };
    await expect(fileOf().lock()).rejects.toMatchObject(failure);
    await expect(fileOf().lock({ timeoutMs: 0 })).rejects.toMatchObject(failure);
    rmSync(stuck, { recursive: true });
    (await fileOf().lock({ timeoutMs: 0 })).release();
  });
});

describe('names', () => {
  it.each(['../evt', 'a/b', '', 'x'.repeat(209), 'a\0b'])('%j cannot be a sealed file', (bad) => {
    expect(() => rig.vault().file('default', bad, remedies)).toThrow();
  });

  it.each(['..', '.', 'a/b', ''])('%j cannot be a profile', (bad) => {
    expect(() => rig.vault().file(bad, name, remedies)).toThrow();
  });

  it('are listed sorted, and only those of sealed files', async () => {
    await create({});
    await create({}, 'secrets');
    writeFileSync(join(dirname(rig.path()), 'installation-evt_1.lock'), '');
    expect(rig.vault().names('default')).toEqual([name, 'secrets']);
    expect(rig.vault().names('none')).toEqual([]);
  });
});
