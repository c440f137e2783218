import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { Running } from '../../support/program/running.ts';

const folder = join(root, 'test/support/oauth/servers');
/** Follows redirects and keeps cookies; that it was shown an error page, nobody tells revento. */
const browser = `${process.execPath} ${join(folder, 'browser.mjs')}`;

let rig: ProgramRig;
let server: Running;
let env: Readonly<Record<string, string>>;
let port: number;

beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  server.kill('SIGTERM');
  await server.ended;
  await rig.close();
});

async function startServer(file: string): Promise<void> {
  const redirectUri = `http://localhost:${await freePort()}/callback`;
  const client = { REVENTO_CLIENT_ID: 'app_1', REVENTO_CLIENT_SECRET: 'a+b&c=d%e ~*0123456789' };
  server = new Running(
    spawn(process.execPath, [join(folder, file), redirectUri], { env: { ...rig.env, ...client }, stdio: 'pipe' }),
    null,
  );
  const [line] = await server.until('stdout', /^\{"port":\d+\}$/m);
  port = (JSON.parse(line) as { port: number }).port;
  const base = `http://localhost:${port}`;
  const bases = { REVENTO_AUTH_BASE: base, REVENTO_API_BASE: base, REVENTO_REDIRECT_URI: redirectUri };
  env = { ...client, ...bases, BROWSER: browser };
}

const run = (args: readonly string[], changes: Readonly<Record<string, string>> = {}) =>
  rig.run(args, { env: { ...env, ...changes } });
const token = async () => (await run(['token'])).stdout;

describe.each(['oidc-provider', 'oauth2-mock-server', 'node-oauth2-server'])('%s', (name) => {
  beforeEach(() => startServer(`${name}.mjs`));

  it('logs in, and its refresh tokens are used one after the other', async () => {
    expect(await run(['login', '--event', 'evt_1'])).toMatchObject({ code: 0 });
    const tokens = new Set([await token()]);
    for (let count = 0; count < 2; count++) {
      expect(await run(['token', 'refresh'])).toMatchObject({ code: 0 });
      tokens.add(await token());
    }
    expect([tokens.size, [...tokens].filter((text) => text.trim() === '')]).toEqual([3, []]);
  });
});

describe.each(['oidc-provider', 'node-oauth2-server'])('%s, whose page shows an error', (name) => {
  beforeEach(() => startServer(`${name}.mjs`));

  it.each([
    ['an unknown client', () => ({ REVENTO_CLIENT_ID: 'app_2' })],
    ['another redirect URI', () => ({ REVENTO_REDIRECT_URI: `${env['REVENTO_REDIRECT_URI']}/another` })],
  ])('leads to the registered values, not only to a longer wait, for %s', async (_, changes) => {
    const { code, stderr } = await run(['login', '--event', 'evt_1', '--timeout', '2s'], changes());
    expect([code, stderr]).toEqual([4, expect.stringContaining('error: Timed out waiting for consent.')]);
    expect(stderr).toMatch(
      /^hint: if the page shows an error, the client id or the redirect URI is not the registered/m,
    );
  });
});

describe('an issuer that spells its host in another way', () => {
  beforeEach(() => startServer('oidc-provider.mjs'));

  it('is named in a hint that works', async () => {
    const login = ['login', '--event', 'evt_1'];
    const { code, stderr } = await run(login, { REVENTO_AUTH_BASE: `http://127.0.0.1:${port}` });
    expect([code, stderr]).toEqual([4, expect.stringContaining(`The answer came from http://localhost:${port}, not `)]);
    const [, base = ''] = /hint: .*REVENTO_AUTH_BASE=(\S+),/.exec(stderr) ?? [];
    expect(await run(login, { REVENTO_AUTH_BASE: base })).toMatchObject({ code: 0 });
  });
});
