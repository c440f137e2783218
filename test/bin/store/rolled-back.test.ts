import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withReason } from '../../support/program/needs.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';
import { SmallDisk } from '../../support/store/small-disk.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

const journal = () => join(rig.dataDir, 'spent');
const refresh = () => rig.run(['token', 'refresh']);

describe('a login file that was put back from a copy', () => {
  it('is refused before its spent token is sent, and the login that took its place lives on', async () => {
    await rig.logIn();
    const old = rig.read();
    expect((await refresh()).code).toBe(0);
    const live = rig.read();
    writeFileSync(rig.path(), old);
    const { code, stderr } = await rig.token();
    expect([code, stderr]).toEqual([4, expect.stringContaining('is an older copy')]);
    expect(rig.server.requests).toHaveLength(1);
    writeFileSync(rig.path(), live);
    expect((await refresh()).code).toBe(0);
    expect(rig.server.requests).toHaveLength(2);
  });

  it('is noticed under a passphrase, too', async () => {
    const passphrase = 'a long enough passphrase';
    const env = { REVENTO_STORE_KEY: passphrase };
    await rig.logIn({}, rig.sessions({ passphrase }));
    const old = rig.read();
    expect((await rig.run(['token', 'refresh'], { env })).code).toBe(0);
    writeFileSync(rig.path(), old);
    const { code, stderr } = await rig.run(['token', 'refresh'], { env });
    expect([code, stderr]).toEqual([4, expect.stringContaining('is an older copy')]);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('is replaced by logging in again', async () => {
    await rig.logIn();
    const old = rig.read();
    await refresh();
    writeFileSync(rig.path(), old);
    expect((await rig.token()).code).toBe(4);
    await rig.logIn();
    expect((await refresh()).code).toBe(0);
  });

  it('is noticed after any number of refreshes, and by any of them', async () => {
    await rig.logIn();
    const copies = [rig.read()];
    for (let count = 0; count < 3; count++) {
      await refresh();
      copies.push(rig.read());
    }
    for (const copy of copies.slice(0, -1)) {
      writeFileSync(rig.path(), copy);
      expect((await refresh()).code).toBe(4);
    }
    expect(rig.server.requests).toHaveLength(3);
    writeFileSync(rig.path(), copies.at(-1) ?? '');
    expect((await refresh()).code).toBe(0);
  });
});

describe('no login is lost to the journal', () => {
  it.each(['intent-written', 'before-send'] as const)('when a refresh is killed at %s', async (point) => {
    await rig.logIn();
    expect((await rig.token({ crashPoints: { [point]: { action: 'kill' } } })).signal).toBe('SIGKILL');
    expect((await rig.token()).code).toBe(0);
    expect(rig.server.requests).toHaveLength(1);
  });

  it.each(['commit-before-rename', 'commit-renamed', 'released'] as const)(
    'when a refresh is killed at %s',
    async (point) => {
      await rig.logIn();
      expect((await rig.token({ crashPoints: { [point]: { action: 'kill' } } })).signal).toBe('SIGKILL');
      expect((await rig.token()).code).toBe(0);
      expect((await refresh()).code).toBe(0);
      expect(rig.server.requests).toHaveLength(2);
    },
  );

  it('when the answer has no new refresh token: the old one is sent again', async () => {
    await rig.logIn();
    rig.server.twists.push({ fields: { refresh_token: undefined } });
    expect((await refresh()).code).toBe(0);
    await refresh();
    expect(rig.server.requests).toHaveLength(2);
  });

  it.each([
    ['damaged', () => writeFileSync(journal(), '\u0000-not a journal\n-12')],
    ['a directory', () => mkdirSync(journal())],
    ['gone', () => rmSync(journal(), { force: true })],
    ['a named pipe', () => execFileSync('mkfifo', [journal()])],
    ['a link to a file of the user', () => symlinkSync(rig.path(), journal())],
    ['too long to be ours', () => writeFileSync(journal(), `-${'0'.repeat(32)}\n`.repeat(40_000))],
  ])('when it is %s', async (_, spoil) => {
    await rig.logIn();
    spoil();
    expect((await refresh()).code).toBe(0);
    expect((await refresh()).code).toBe(0);
    expect(rig.server.requests).toHaveLength(2);
  });

  it('when it is on a full device', async () => {
    await rig.logIn();
    symlinkSync('/dev/full', journal());
    expect((await refresh()).code).toBe(0);
    expect((await refresh()).code).toBe(0);
  });
});

describe('a journal that two processes find full at the same moment', () => {
  it('keeps the marks of both, and both logins work', async () => {
    const events = ['evt_1', 'evt_2'];
    for (const eventId of events) await rig.logIn({ eventId });
    const pathOf = (event: string) => rig.path(`installation-${event}.json`);
    const copies = events.map((event) => rig.read(pathOf(event)));
    writeFileSync(journal(), `-${'0'.repeat(32)}\n`.repeat(8_000), { mode: 0o600 });
    const again = (event: string) => ['token', 'refresh', '--event', event];
    const held = rig.pause('full');
    const first = rig.start(again('evt_1'), { crashPoints: { 'journal-full': held.step } });
    await held.reached();
    expect((await rig.run(again('evt_2'))).code).toBe(0);
    held.release();
    expect((await first.ended).code).toBe(0);

    const live = events.map((event) => rig.read(pathOf(event)));
    for (const [index, event] of events.entries()) {
      writeFileSync(pathOf(event), copies[index] ?? '');
      const { code, stderr } = await rig.run(again(event));
      expect([code, stderr]).toEqual([4, expect.stringContaining('is an older copy')]);
      writeFileSync(pathOf(event), live[index] ?? '');
      expect((await rig.run(again(event))).code).toBe(0);
    }
    expect(rig.server.requests).toHaveLength(4);
  });
});

describe('a data directory without room', () => {
  let disk: SmallDisk | null = null;
  beforeEach(() => {
    mkdirSync(join(rig.home, 'share'));
    disk = SmallDisk.mount(join(rig.home, 'share'));
  });
  afterEach(() => disk?.unmount());

  it.each([
    ['full', (small: SmallDisk) => small.fill(0)],
    ['read-only', (small: SmallDisk) => small.makeReadOnly()],
  ])('(%s) loses no login', async (_, spoil) => {
    await rig.logIn();
    expect((await refresh()).code).toBe(0);
    if (disk === null) chmodSync(rig.dataDir, 0o500);
    else spoil(disk);
    const prefix = disk === null ? rig.unprivileged() : [];
    const forced = () => rig.run(['token', 'refresh'], { prefix });
    expect((await forced()).code).toBe(0);
    expect((await forced()).code).toBe(0);
    expect(rig.server.requests).toHaveLength(3);
  });

  const reason = SmallDisk.isPossible() ? null : 'needs the right to mount';
  it.skipIf(reason !== null)(withReason('(full) loses no login whose token is issued again', reason), async () => {
    const { refreshToken } = await rig.logIn();
    // The mark ends with its page of the disk: a longer file would need another.
    writeFileSync(journal(), '\n'.repeat(4096 - 35), { mode: 0o600 });
    expect((await refresh()).code).toBe(0);
    expect(statSync(journal()).size).toBe(4096);
    disk?.fill(0);
    rig.server.twists.push({ fields: { refresh_token: refreshToken?.reveal() } });
    expect((await refresh()).code).toBe(0);
    // This server takes no token twice; what counts is that it is asked.
    await refresh();
    expect(rig.server.requests).toHaveLength(3);
  });
});

describe('the journal', () => {
  it('is for this user alone and holds no token', async () => {
    const grant = await rig.logIn();
    await refresh();
    expect(statSync(journal()).mode & 0o777).toBe(0o600);
    expect(readFileSync(journal(), 'utf8')).toMatch(/^\n-[0-9a-f]{32}\n$/);
    expect(readFileSync(journal(), 'utf8')).not.toContain(grant.refreshToken?.reveal() ?? '');
  });
});
