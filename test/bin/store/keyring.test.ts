import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revento } from '../../support/program/build.ts';
import { Desktop } from '../../support/program/desktop.ts';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { onlyWithNode } from '../../support/program/start-words.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

const header = () => JSON.parse(rig.read()) as { src: string; kid: string };
const useKeyring = ['config', 'set', 'key_store', 'keyring'];

const reason = lackOf('keyring');

describe.skipIf(reason !== null)(withReason('with a keyring', reason), () => {
  let desktop: Desktop;
  beforeEach(async () => {
    desktop = await Desktop.start(join(rig.home, 'desktop'));
  });
  afterEach(() => desktop.close());

  it('a login is moved there, is refreshed there, and opens without any key file', async () => {
    await rig.logIn();
    const moved = await rig.run(useKeyring, { env: desktop.env });
    expect([moved.code, moved.stderr]).toEqual([0, expect.stringContaining('1 stored file was re-encrypted')]);
    expect(header().src).toBe('keyring');
    rmSync(rig.dataDir, { recursive: true });
    expect((await rig.token({ env: desktop.env })).code).toBe(0);
    expect(header().src).toBe('keyring');
    expect(rig.server.requests).toHaveLength(1);
    expect(existsSync(rig.keyPath)).toBe(false);
  });

  it('a new login is stored with a key from there, the same for all', async () => {
    expect((await rig.run(useKeyring, { env: desktop.env })).code).toBe(0);
    for (const event of ['evt_1', 'evt_2']) {
      const input = JSON.stringify({ access_token: `rev_install_of_${event}`, event_id: event });
      expect((await rig.run(['login', '--with-token'], { env: desktop.env, input })).code).toBe(0);
    }
    expect(header().src).toBe('keyring');
    expect(JSON.parse(rig.read(rig.path('installation-evt_2.json'))).kid).toBe(header().kid);
    expect(existsSync(rig.keyPath)).toBe(false);
    const status = await rig.run(['status', '--json'], { env: desktop.env });
    expect(JSON.parse(status.stdout).store.protection).toBe('keyring');
  });

  it('and then without it, as in cron or over ssh, a login is refused by name and nothing is made again', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    expect((await rig.run(useKeyring, { env: desktop.env })).code).toBe(0);
    rmSync(rig.dataDir, { recursive: true });
    const sealed = rig.read();
    const read = await rig.token();
    expect([read.code, read.stderr]).toEqual([1, expect.stringMatching(/OS keyring is not reachable here .*D-Bus/)]);
    const login = await rig.run(['login', '--with-token'], {
      input: '{"access_token":"rev_install_x","event_id":"evt_2"}',
    });
    expect([login.code, login.stderr]).toEqual([1, expect.stringContaining('OS keyring is not reachable')]);
    expect(rig.read()).toBe(sealed);
    expect(existsSync(rig.keyPath)).toBe(false);
    expect(existsSync(rig.path('installation-evt_2.json'))).toBe(false);
    expect((await rig.token({ env: desktop.env })).stdout.trim()).toBe(grant.accessToken.reveal());
  });

  it('a key that another keyring has is missed by its name', async () => {
    await rig.logIn();
    expect((await rig.run(useKeyring, { env: desktop.env })).code).toBe(0);
    const stranger = await Desktop.start(join(rig.home, 'another-desktop'));
    try {
      const ended = await rig.token({ env: stranger.env });
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(`no key ${header().kid}`)]);
      const login = await rig.run(['login', '--with-token'], {
        env: stranger.env,
        input: '{"access_token":"rev_install_x","event_id":"evt_2"}',
      });
      expect([login.code, login.stderr]).toEqual([1, expect.stringContaining(`rm ${rig.path()}`)]);
    } finally {
      await stranger.close();
    }
  });

  it('a store is moved back to the key file', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
    expect((await rig.run(useKeyring, { env: desktop.env })).code).toBe(0);
    expect((await rig.run(['config', 'set', 'key_store', 'keyfile'], { env: desktop.env })).code).toBe(0);
    expect((await rig.token()).stdout.trim()).toBe(grant.accessToken.reveal());
  });

  it('all logins still open after a move that was killed in the middle', async () => {
    for (const eventId of ['evt_1', 'evt_2', 'evt_3'])
      await rig.logIn({ eventId, accessExpiresAt: Date.now() + 3_600_000 });
    const crashPoints = { 'rekey-file': { action: 'kill', nth: 2 } } as const;
    expect((await rig.run(useKeyring, { env: desktop.env, crashPoints })).signal).toBe('SIGKILL');
    const sources = ['evt_1', 'evt_2', 'evt_3'].map(
      (event) => JSON.parse(rig.read(rig.path(`installation-${event}.json`))).src,
    );
    expect(sources).toEqual(['keyring', 'keyring', 'keyfile']);
    const status = await rig.run(['status', '--json'], { env: desktop.env });
    expect(JSON.parse(status.stdout).logins).toHaveLength(3);
    expect((await rig.run(useKeyring, { env: desktop.env })).stderr).toContain('1 stored file was re-encrypted');
  });
});

describe('without a keyring', () => {
  it('moving there is refused, and the login stays as it is', async () => {
    await rig.logIn();
    const sealed = rig.read();
    const ended = await rig.run(useKeyring);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/OS keyring is not reachable here .*D-Bus/)]);
    expect(rig.read()).toBe(sealed);
    expect((await rig.token()).code).toBe(0);
  });

  it('one that never answers is given up after three seconds', async () => {
    const path = join(rig.home, 'bus');
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(path, resolve));
    try {
      const ended = await rig.run(useKeyring, { env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` } });
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('no answer within 3 s')]);
    } finally {
      silent.close();
    }
  });

  const onlyNode = onlyWithNode('the one file has the module beside it');
  const missing = 'or its module, the missing module is reported and everything else works';
  it.skipIf(onlyNode !== null)(withReason(missing, onlyNode), async () => {
    await rig.logIn();
    const bare = mkdtempSync(join(tmpdir(), 'revento-bare-'));
    try {
      for (const part of ['bin', 'dist', 'package.json']) {
        cpSync(join(dirname(dirname(revento)), part), join(bare, part), { recursive: true });
      }
      const program = join(bare, 'bin/revento.js');
      const ended = await rig.run(useKeyring, { program });
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('@napi-rs/keyring')]);
      expect((await rig.run(['token'], { program })).code).toBe(0);
    } finally {
      rmSync(bare, { recursive: true, force: true });
    }
  });
});
