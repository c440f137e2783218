import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefreshRig } from '../../support/store/refresh-rig.ts';
import { SmallDisk } from '../../support/store/small-disk.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

describe('a full disk', () => {
  let disk: SmallDisk | null = null;
  beforeEach(() => {
    const directory = join(rig.home, 'config');
    mkdirSync(directory);
    disk = SmallDisk.mount(directory);
  });
  afterEach(() => disk?.unmount());

  /** Without a small disk, a limit on the size of files has the same effect. */
  const limited = (bytes: number) => (disk === null ? { prefix: ['prlimit', `--fsize=${bytes}`] } : {});

  it.each([
    ['no page at all', 0, 10],
    ['too little for the successor', 1, 2_000],
  ])('(%s) is noticed before the refresh token is spent', async (_how, freePages, fileBytes) => {
    await rig.logIn();
    const before = rig.read();
    disk?.fill(freePages);
    const ended = await rig.token(limited(fileBytes));
    expect(ended.stderr).toMatch(/disk is full|EFBIG/);
    expect(ended.code).toBe(1);
    expect(rig.server.requests).toHaveLength(0);
    expect(rig.read()).toBe(before);
    disk?.empty();
    expect((await rig.token()).code).toBe(0);
    expect(rig.leftovers()).toEqual([]);
  });

  it('that fills up while the request is under way finds the space for the answer taken', async () => {
    await rig.logIn();
    const held = rig.pause('send');
    const run = rig.start(['token'], { crashPoints: { 'before-send': held.step } });
    await held.reached();
    const reserved = statSync(`${rig.path()}.next`);
    expect(reserved.size).toBeGreaterThan(4096 + statSync(rig.path()).size / 2);
    expect(reserved.blocks * 512).toBeGreaterThanOrEqual(reserved.size);
    disk?.fill(0);
    held.release();
    const ended = await run.ended;
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect((await rig.token()).stdout).toBe(ended.stdout);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('does not keep a token that is still good from being used', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    disk?.fill(0);
    const ended = await rig.token(limited(0));
    expect(ended.stdout.trim()).toBe(grant.accessToken.reveal());
  });
});

describe('a write that fails after the answer', () => {
  it.each([
    ['commit-before-write', 'ENOSPC'],
    ['commit-before-write', 'EDQUOT'],
    ['commit-before-write', 'EIO'],
    ['commit-before-rename', 'EIO'],
  ])('(at "%s" with %s) leaves a rescue copy that the next run puts in place', async (point, code) => {
    await rig.logIn();
    const ended = await rig.token({ crashPoints: { [point]: { action: 'fail', code } } });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(code);
    expect(rig.leftovers()).toContain('installation-evt_1.json.rescue');
    const next = await rig.token();
    expect(next.stdout).toBe(ended.stdout);
    expect(rig.server.requests).toHaveLength(1);
    const forced = await rig.run(['token', 'refresh', '--event', 'evt_1']);
    expect(forced.code).toBe(0);
    expect(rig.leftovers()).toEqual([]);
  });

  it('puts the copy into another directory when its own takes no more files', async () => {
    await rig.logIn();
    const prefix = rig.unprivileged();
    const held = rig.pause('answered');
    const run = rig.start(['token'], { prefix, crashPoints: { answered: held.step } });
    await held.reached();
    const directory = dirname(rig.path());
    chmodSync(directory, 0o500);
    // Ours is written already, so only the rename is left, which the directory refuses.
    held.release();
    const ended = await run.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(join(rig.home, 'state', 'revento'));
    chmodSync(directory, 0o700);
    expect((await rig.token({ prefix })).stdout).toBe(ended.stdout);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('is reported, and the token is still returned, when no copy can be written anywhere', async () => {
    await rig.logIn();
    const fail = { action: 'fail', code: 'EIO' } as const;
    const ended = await rig.token({ crashPoints: { 'commit-before-write': fail, 'rescue-before-write': fail } });
    expect(ended.code).toBe(0);
    expect(rig.server.isGood(ended.stdout.trim())).toBe(true);
    expect(ended.stderr).toContain('could not be saved');
    expect(ended.stderr).toContain('revento login');
  });
});

describe('a read-only directory of another user', () => {
  it('stops a refresh before anything is sent', async () => {
    await rig.logIn();
    const prefix = rig.unprivileged();
    chmodSync(dirname(rig.path()), 0o500);
    const ended = await rig.token({ prefix });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('EACCES');
    expect(rig.server.requests).toHaveLength(0);
    chmodSync(dirname(rig.path()), 0o700);
    expect((await rig.token({ prefix })).code).toBe(0);
  });

  it('returns a token that is still valid', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    const prefix = rig.unprivileged();
    chmodSync(dirname(rig.path()), 0o500);
    expect((await rig.token({ prefix })).stdout.trim()).toBe(grant.accessToken.reveal());
  });
});

describe('a damaged file', () => {
  const half = (text: string) => text.slice(0, text.length / 2);
  it.each([
    ['truncated', half],
    ['garbage', () => 'not a sealed file at all'],
    ['empty', () => ''],
    ['plaintext', () => JSON.stringify({ v: 1, gen: 9, state: 'active', access_token: 'a', refresh_token: 'b' })],
  ])('(%s) is reported and kept unchanged, and nothing is sent', async (_kind, damage) => {
    await rig.logIn();
    const damaged = damage(rig.read());
    writeFileSync(rig.path(), damaged);
    const ended = await rig.token();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('damaged');
    expect(ended.stderr).toContain('revento login --event evt_1');
    expect(rig.read()).toBe(damaged);
    expect(rig.server.requests).toHaveLength(0);
  });

  it("(another profile's) is refused", async () => {
    await rig.logIn();
    await rig.logIn({}, rig.sessions({ profile: 'other' }));
    copyFileSync(rig.path(undefined, 'other'), rig.path());
    const ended = await rig.token();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('copied from elsewhere');
    expect(rig.server.requests).toHaveLength(0);
  });

  it('can be replaced by logging in again', async () => {
    await rig.logIn();
    writeFileSync(rig.path(), 'garbage');
    const answer = { access_token: 'rev_install_replacement', event_id: 'evt_1' };
    const login = await rig.run(['login', '--with-token'], { input: JSON.stringify(answer) });
    expect(login.code).toBe(0);
    expect((await rig.token()).stdout.trim()).toBe('rev_install_replacement');
  });
});

describe('a missing key', () => {
  it('is reported, and neither reading nor a new login creates another', async () => {
    await rig.logIn();
    rmSync(rig.keyPath);
    const sealed = rig.read();
    const read = await rig.token();
    expect(read.code).toBe(1);
    expect(read.stderr).toContain(rig.keyPath);
    const answer = { access_token: 'rev_install_other_event', event_id: 'evt_2' };
    const login = await rig.run(['login', '--with-token'], { input: JSON.stringify(answer) });
    expect(login.code).toBe(1);
    expect(login.stderr).toContain(`rm ${rig.path()}`);
    expect(readdirSync(rig.dataDir)).toEqual([]);
    expect(rig.read()).toBe(sealed);
    expect(rig.server.requests).toHaveLength(0);
  });

  it('is not replaced by the key of another store', async () => {
    await rig.logIn();
    writeFileSync(rig.keyPath, Buffer.alloc(32, 7), { mode: 0o600 });
    const ended = await rig.token();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('another key');
    expect(rig.server.requests).toHaveLength(0);
  });
});

describe('the modes of what is stored', () => {
  it.each(['000', '022', '077'])('are 0600 and 0700 under umask %s', async (umask) => {
    await rig.logIn();
    rmSync(join(rig.home, 'config'), { recursive: true });
    rmSync(join(rig.home, 'share'), { recursive: true });
    const pair = rig.server.issue();
    const prefix = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    const answer = { access_token: pair.accessToken, refresh_token: pair.refreshToken, event_id: 'evt_1' };
    expect((await rig.run(['login', '--with-token'], { input: JSON.stringify(answer), prefix })).code).toBe(0);
    expect((await rig.run(['token', 'refresh', '--event', 'evt_1'], { prefix })).code).toBe(0);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([rig.path(), rig.keyPath].map(mode)).toEqual(['600', '600']);
    expect([dirname(rig.path()), dirname(dirname(rig.path())), rig.dataDir].map(mode)).toEqual(['700', '700', '700']);
  });

  it('are tightened and reported when they are looser', async () => {
    await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    chmodSync(rig.path(), 0o644);
    chmodSync(dirname(rig.path()), 0o755);
    const ended = await rig.token();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(`${rig.path()} was open to other users`);
    expect(statSync(rig.path()).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(rig.path())).mode & 0o777).toBe(0o700);
    expect((await rig.token()).stderr).toBe('');
  });

  it('refuses a key file that others can read, and says how to fix it', async () => {
    await rig.logIn();
    chmodSync(rig.keyPath, 0o644);
    const ended = await rig.token();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`chmod 600 ${rig.keyPath}`);
    expect(readFileSync(rig.keyPath)).toHaveLength(32);
  });
});
