import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let directory: string;
let path: string;
let server: Server;
let requests: number;

beforeEach(async () => {
  rig = new ProgramRig();
  directory = join(rig.home, 'config/revento');
  path = join(directory, 'config.json');
  requests = 0;
  server = createServer((_request, response) => {
    requests++;
    response.end('{"id":"evt_1"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { api_base: `${base}/api/v1`, auth_base: base, client_id: 'app' };
  writeFileSync(path, JSON.stringify({ profiles: { default: settings } }), { mode: 0o600 });
});
afterEach(async () => {
  server.close();
  await rig.close();
});

const withToken = { env: { REVENTO_ACCESS_TOKEN: 'rev_install_1' } };
const read = () => rig.run(['events', 'get', '-e', 'evt_1'], withToken);
const login = (env = {}) =>
  rig.run(['login', '--with-token', '-e', 'evt_1'], { env, input: '{"access_token":"rev_install_1"}' });

describe.skipIf(process.platform === 'win32')('config.json', () => {
  it('of this user alone is trusted, without a word', async () => {
    expect(await read()).toMatchObject({ code: 0, stderr: '' });
    expect(await login()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
    expect(requests).toBe(1);
  });

  it('that every user can change sends nothing anywhere', async () => {
    chmodSync(path, 0o666);
    const { code, stderr } = await read();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} can be changed by every user (mode 0666)`)]);
    expect(stderr).toContain(`chmod 600 ${path}`);
    expect(requests).toBe(0);
  });

  it.runIf(process.geteuid?.() === 0)(
    'of another user sends nothing anywhere, in a directory that is ours',
    async () => {
      chownSync(path, 54_321, 54_321);
      const { code, stderr } = await read();
      expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} belongs to another user (uid 54321)`)]);
      expect(requests).toBe(0);
      expect((await rig.run(['doctor'])).stdout).toMatch(/✗ fail permissions +.*config\.json belongs to another user/);
      expect((await rig.run(['config', 'path'])).code).toBe(0);
    },
  );

  it('that every user can change is reported when a secret is stored or used', async () => {
    expect((await login()).code).toBe(0);
    chmodSync(path, 0o666);
    expect((await rig.run(['token'])).stderr).toContain(`warning: ${path} can be changed by every user`);
    expect((await rig.run(['config', 'set', 'client_secret'], { input: 'x'.repeat(20) })).stderr).toContain(
      'warning: ',
    );
  });

  it.runIf(process.geteuid?.() === 0)('that a group can change is reported, and used', async () => {
    chmodSync(path, 0o660);
    chownSync(path, 0, 54_321);
    const { code, stderr } = await login();
    expect([code, stderr]).toEqual([0, expect.stringContaining('can be changed by its group (mode 0660)')]);
  });

  it.each(['config/revento', 'share/revento'])(
    'in a directory %s that others can write to is reported',
    async (name) => {
      mkdirSync(join(rig.home, name), { recursive: true });
      // Not the store's alone, so that it is not closed by itself.
      writeFileSync(join(rig.home, name, 'other'), '');
      chmodSync(join(rig.home, name), 0o777);
      expect((await login()).stderr).toContain(`other users can replace what is in ${join(rig.home, name)}`);
    },
  );

  it('in a shared directory such as /tmp is not mentioned', async () => {
    chmodSync(directory, 0o1777);
    expect((await login()).stderr).not.toContain('warning');
  });
});
