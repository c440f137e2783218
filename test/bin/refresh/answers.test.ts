import { createServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Twist } from '../../support/oauth/token-server.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
});
afterEach(() => rig.close());

describe('an answer that gets lost after the server has rotated', () => {
  it.each(['drop', 'half'] as const)('(%s) is ambiguous once, then one clean end, then silence', async (cut) => {
    await rig.logIn();
    rig.server.twists.push({ cut });
    const first = await rig.token();
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('no complete answer came');
    const second = await rig.token();
    expect(second.code).toBe(4);
    expect(second.stderr).toContain('interrupted');
    const third = await rig.token();
    expect(third.code).toBe(4);
    expect(rig.server.requests).toHaveLength(2);
  });

  it('leaves the present access token in use while it lasts, and sends nothing again meanwhile', async () => {
    const grant = await rig.logIn({ accessExpiresAt: Date.now() + 30_000 });
    rig.server.twists.push({ cut: 'drop' });
    // The API needs a token for one request only, so a living one will do.
    const call = () => rig.run(['api', '/events/evt_1', '--event', 'evt_1']);
    rig.server.lingering.add(grant.accessToken.reveal());
    const first = await rig.run(['token', '--min-ttl', '5m']);
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('hint: use the present token while it lasts');
    expect(first.stderr).not.toContain('run the same command again');
    expect((await call()).code).toBe(0);
    expect((await call()).code).toBe(0);
    const forced = await rig.run(['token', 'refresh', '--event', 'evt_1']);
    expect(forced.code).toBe(5);
    expect(forced.stderr).toContain('not sent again');
    expect(rig.server.requests).toHaveLength(1);
  });
});

it.each([7, ['a', 1], 'a\u0007b'])('a scope that cannot be read (%j) does not cost the new tokens', async (scope) => {
  await rig.logIn();
  rig.server.twists.push({ fields: { scope } });
  const refreshed = await rig.token();
  expect(refreshed).toMatchObject({ code: 0, stderr: '' });
  expect(rig.server.isGood(refreshed.stdout.trim())).toBe(true);
  expect(await rig.token()).toMatchObject({ code: 0, stdout: refreshed.stdout });
  expect(rig.server.requests).toHaveLength(1);
});

it.each<[string, Twist]>([
  ['in gzip', { encode: gzipSync, headers: { 'Content-Encoding': 'gzip' } }],
  ['in brotli', { encode: brotliCompressSync, headers: { 'Content-Encoding': 'br' } }],
  ['in gzip twice', { encode: (body) => gzipSync(gzipSync(body)), headers: { 'Content-Encoding': 'gzip, gzip' } }],
  ['with the status 201', { success: 201 }],
  ['with the status 202, in gzip', { success: 202, encode: gzipSync, headers: { 'Content-Encoding': 'x-gzip' } }],
])('a good answer %s is taken', async (_how, twist) => {
  await rig.logIn();
  rig.server.twists.push(twist);
  const refreshed = await rig.token();
  expect(refreshed).toMatchObject({ code: 0, stderr: '' });
  expect(rig.server.isGood(refreshed.stdout.trim())).toBe(true);
  expect(await rig.token()).toMatchObject({ code: 0, stdout: refreshed.stdout });
  expect(rig.server.requests).toHaveLength(1);
});

it.each([
  ['200 without a usable token', { fields: { access_token: 7 } }],
  ['200 with a blank for a token', { fields: { access_token: ' ' } }],
  ['201 without tokens', { status: 201, error: '' }],
  ['200 in an encoding that is broken', { headers: { 'Content-Encoding': 'gzip' } }],
  ['200 in an encoding nobody knows', { headers: { 'Content-Encoding': 'x-unknown' } }],
])('a success that cannot be read (%s) is ambiguous, not a failure', async (_what, twist) => {
  await rig.logIn();
  rig.server.twists.push(twist);
  const first = await rig.token();
  expect(first.code).toBe(5);
  expect(first.stderr).toContain('but its answer cannot be used');
  expect(first.stderr).toContain('the server may or may not have processed the refresh');
  expect(rig.server.requests).toHaveLength(1);
});

describe('a token endpoint in trouble', () => {
  it.each([
    [503, 'temporarily_unavailable'],
    [500, 'server_error'],
    [502, 'bad_gateway'],
    [429, 'rate_limit_exceeded'],
  ])('answers %i: exit 5, the tokens are kept, and the next run succeeds', async (status, error) => {
    await rig.logIn();
    rig.server.twists.push({ status, error, headers: { 'Retry-After': '7' } });
    const first = await rig.token();
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('7 s');
    expect((await rig.token()).code).toBe(0);
    expect(rig.server.requests).toHaveLength(2);
  });

  it('refuses connections: exit 5, the tokens are kept, and the next run succeeds', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const settings = { auth_base: `http://127.0.0.1:${port}`, client_id: 'client-1' };
    await rig.logIn({}, rig.sessions({ settings }));
    const first = await rig.token({ env: { REVENTO_AUTH_BASE: settings.auth_base } });
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('connection refused');
    await rig.server.move(port);
    expect((await rig.token({ env: { REVENTO_AUTH_BASE: settings.auth_base } })).code).toBe(0);
    expect(rig.server.requests).toHaveLength(1);
  });

  it('no longer knows the client: exit 1, the login is kept', async () => {
    await rig.logIn();
    rig.server.twists.push({ status: 401, error: 'invalid_client' });
    const first = await rig.token();
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('REVENTO_CLIENT_SECRET');
    expect((await rig.token()).code).toBe(0);
  });

  it('answers with a redirect, which is not followed', async () => {
    await rig.logIn();
    rig.server.twists.push({ status: 307, headers: { Location: `${rig.server.base}/oauth/token` } });
    expect((await rig.token()).code).toBe(1);
    expect(rig.server.requests).toHaveLength(1);
    expect((await rig.token()).code).toBe(0);
  });
});

describe('settings that point elsewhere than the login', () => {
  it('are named, and the refresh token is not sent there', async () => {
    await rig.logIn();
    const elsewhere = await rig.token({ env: { REVENTO_AUTH_BASE: 'http://127.0.0.1:1' } });
    expect(elsewhere.code).toBe(4);
    expect(elsewhere.stderr).toContain(rig.server.base);
    expect(elsewhere.stderr).toContain('http://127.0.0.1:1');
    const client = await rig.token({ env: { REVENTO_CLIENT_ID: 'client-2' } });
    expect(client.code).toBe(4);
    expect(client.stderr).toContain('client-2');
    expect(rig.server.requests).toHaveLength(0);
  });
});

describe('REVENTO_ACCESS_TOKEN', () => {
  it('is handed out as it is, touches no disk, and is named when it is refused', async () => {
    const token = rig.server.issue().accessToken;
    const env = { REVENTO_ACCESS_TOKEN: token };
    const shown = await rig.token({ env });
    expect(shown.stdout.trim()).toBe(token);
    rig.server.expired.add(token);
    const refused = await rig.run(['api', '/events/evt_1', '--event', 'evt_1'], { env });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('REVENTO_ACCESS_TOKEN');
    expect(refused.stderr).not.toContain(token);
    expect(rig.server.requests).toHaveLength(0);
    expect(rig.hasStore()).toBe(false);
  });
});

describe("the command that fixes a participant's login of another profile", () => {
  const command = 'revento -p work login --event evt_1 --user';

  it('is named whole when the refresh token is refused, and again by everybody after that', async () => {
    await rig.logIn({ kind: 'user' }, rig.sessions({ profile: 'work' }));
    rig.server.twists.push({ status: 400, error: 'invalid_grant' });
    for (let run = 1; run <= 2; run++) {
      const { code, stderr } = await rig.run(['token', '--user', '-p', 'work']);
      expect(code).toBe(4);
      expect(stderr).toContain(command);
    }
  });

  it('is named whole when the API takes the token for revoked', async () => {
    const fields = { kind: 'user', scope: ['profile.read'], accessExpiresAt: Date.now() + 3_600_000 } as const;
    const grant = await rig.logIn(fields, rig.sessions({ profile: 'work' }));
    rig.server.revoked.add(grant.accessToken.reveal());
    const { code, stderr } = await rig.run(['me', 'profile', '-p', 'work']);
    expect(code).toBe(4);
    expect(stderr).toContain(command);
  });

  it('is named whole when there is no such login, and when its token came without a refresh token', async () => {
    await rig.run(['-p', 'work', 'config', 'set', 'output', 'table']);
    const none = await rig.run(['token', '--user', '-p', 'work', '-e', 'evt_1']);
    expect(none.code).toBe(4);
    expect(none.stderr).toContain(command);
    await rig.logIn({ kind: 'user', refreshToken: null }, rig.sessions({ profile: 'work' }));
    const { code, stderr } = await rig.run(['token', '--user', '-p', 'work']);
    expect(code).toBe(4);
    expect(stderr).toContain(command);
  });
});
