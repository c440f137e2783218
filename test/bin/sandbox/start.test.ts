import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { dial, rawExchange } from '../../support/http/raw-http.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let handler: Server | null;

beforeEach(() => {
  rig = new ProgramRig();
  handler = null;
});
afterEach(async () => {
  handler?.closeAllConnections();
  await new Promise((resolve) => (handler ? handler.close(resolve) : resolve(null)));
  await rig.close();
});

interface Ready {
  readonly [field: string]: string;
}

async function start(...args: readonly string[]) {
  const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', ...args]);
  const [line] = await running.until('stdout', /^.*\n/);
  return { running, ready: JSON.parse(line) as Ready };
}

describe('starting', () => {
  it('prints exactly the ready line once the socket accepts', async () => {
    const { running, ready } = await start();
    expect(Object.keys(ready)).toEqual([
      ...['type', 'auth_base', 'api_base', 'client_id', 'client_secret', 'webhook_secret', 'event_id', 'redirect_uri'],
    ]);
    expect(ready).toMatchObject({
      type: 'ready',
      auth_base: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api_base: `${ready['auth_base']}/api/v1`,
      event_id: 'evt_test_published',
      redirect_uri: 'http://localhost:3000/callback',
    });
    (await dial(Number(new URL(ready['auth_base'] ?? '').port))).destroy();
    await running.until('stderr', /^console: http:\/\/127\.0\.0\.1:\d+\/console#key=[\w-]{43}\n/);
  });

  it('then prints one line a request, without the query', async () => {
    const { running, ready } = await start();
    await fetch(`${ready['api_base']}/events/x?code=not-for-logs`, { headers: { 'X-Revento-Request-Id': 'r1' } });
    const [line] = await running.until('stdout', /^\{"type":"request".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      path: '/api/v1/events/x',
      status: 401,
      request_id: 'r1',
      error: 'invalid_token',
    });
    expect(running.stdout).not.toContain('not-for-logs');
  });

  it.each([
    [[], 421],
    [['--host', 'localhost'], 421],
    [['--host', '0.0.0.0'], 200],
  ])('with %j answers a page of a name that was pointed here with %i', async (args, status) => {
    const { ready } = await start(...args);
    const port = Number(new URL(ready['auth_base'] ?? '').port);
    const answered = async (host: string) =>
      (await rawExchange(port, { pieces: [`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`] })).status;
    expect(await answered('evil.com')).toBe(status);
    expect(await answered(`localhost:${port}`)).toBe(200);
  });

  it('shows a newcomer what to type', async () => {
    const running = rig.start(['sandbox', 'start', '--port', '0']);
    await running.until('stdout', /Requests appear below/);
    for (const part of [
      'revento -p sandbox login',
      'revento -p sandbox participants list',
      'revento sandbox --help',
      'REVENTO_AUTH_BASE',
      'SANDBOX_EVENT_ID',
    ]) {
      expect(running.stdout).toContain(part);
    }
  });

  it('keeps its credentials from one start to the next, and the profile without a plain secret', async () => {
    const first = await start();
    first.running.kill('SIGINT');
    await first.running.ended;
    const second = await start();
    for (const name of ['client_id', 'client_secret', 'webhook_secret'])
      expect(second.ready[name]).toBe(first.ready[name]);
    const config = readFileSync(join(rig.home, 'config/revento/config.json'), 'utf8');
    expect(config).toContain(second.ready['auth_base']);
    expect(config).not.toContain(second.ready['client_secret']);
  });

  it('with --fresh forgets the logins of the one before, also where they cannot be opened', async () => {
    const { running } = await start(
      '--auto-consent',
      '--redirect-uri',
      `http://localhost:${await freePort()}/callback`,
    );
    expect(
      (
        await rig.run(['-p', 'sandbox', 'login'], {
          env: { BROWSER: consentingBrowser() },
        })
      ).code,
    ).toBe(0);
    running.kill('SIGINT');
    await running.ended;
    const stored = join(rig.home, 'config/revento/auth/sandbox/installation-evt_test_published.json');
    truncateSync(stored, 40);
    const again = await start('--fresh');
    expect(existsSync(stored)).toBe(false);
    expect(again.running.stderr).toContain(
      "The previous sandbox's login is no longer valid. Log in again: revento -p sandbox login",
    );
  });

  it('while another one runs does not touch its profile and login, and uses a profile of its own', async () => {
    const redirectUri = `http://localhost:${await freePort()}/callback`;
    const first = await start('--auto-consent', '--redirect-uri', redirectUri);
    expect((await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } })).code).toBe(0);
    const second = await start();
    const profile = `sandbox-${new URL(second.ready['auth_base'] ?? '').port}`;
    await second.running.until('stderr', new RegExp(`this one uses the profile "${profile}"`));
    expect(second.ready['client_secret']).not.toBe(first.ready['client_secret']);
    expect((await rig.run(['-p', 'sandbox', 'participants', 'list'])).code).toBe(0);

    await rig.run(['-p', profile, 'sandbox', 'fault', 'api:500x1']);
    expect((await rig.run(['sandbox', 'fault', '-o', 'ndjson'])).stdout).toBe('');
    expect((await rig.run(['-p', profile, 'sandbox', 'fault', '-o', 'ndjson'])).stdout).toContain('api:500x1');
    const rotated = await rig.run(['-p', profile, 'sandbox', 'rotate', '--jq', '.webhook_secret']);
    expect(rotated.code).toBe(0);
    const shown = (await rig.run(['-p', profile, 'sandbox', 'reset'])).stdout;
    expect(shown).toContain(`run: revento -p ${profile} login`);
    expect((await rig.run(['-p', 'sandbox', 'participants', 'list'])).code).toBe(0);
  });

  it('takes no credentials from the environment: they may be the real ones', async () => {
    const secret = randomBytes(24).toString('hex');
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson'], {
      env: {
        REVENTO_CLIENT_ID: 'client_real',
        REVENTO_CLIENT_SECRET: secret,
        REVENTO_WEBHOOK_SECRET: secret,
        SANDBOX_EVENT_ID: 'evt_real',
      },
    });
    const [line] = await running.until('stdout', /^.*\n/);
    expect(line).not.toContain(secret);
    expect(line).not.toContain('client_real');
    await running.until('stderr', /REVENTO_CLIENT_ID in your environment takes precedence over the profile "sandbox"/);
  });

  it('registers the redirect URI that the environment names', async () => {
    const uri = 'http://localhost:5000/oauth/back';
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', '--auto-consent'], {
      env: { REVENTO_REDIRECT_URI: uri },
    });
    const ready = JSON.parse((await running.until('stdout', /^.*\n/))[0]);
    expect(ready.redirect_uri).toBe(uri);
    const query = new URLSearchParams({ client_id: ready.client_id, redirect_uri: uri });
    const answer = await fetch(`${ready.auth_base}/oauth/authorize?${query}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(`${uri}?error=invalid_request`);
  });

  it('logs no failure when this tool checks whether the sandbox runs', async () => {
    const { running } = await start('--redirect-uri', `http://localhost:${await freePort()}/callback`);
    const login = await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
    expect(login.code, login.stderr).toBe(0);
    await rig.run(['-p', 'sandbox', 'doctor']);
    await running.until('stdout', /"path":"\/api\/v1"/);
    const entries = running.stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(entries.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('suggests --port for a number after -p', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'start', '-p', '4011']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('for a port, use --port 4011')]);
  });

  it('accepts its own logins on a port that no integration uses, and on the port of its hint when that is taken', async () => {
    const { ready } = await start();
    expect(ready['redirect_uri']).toBe('http://localhost:3000/callback');
    // Taken by this test, or by somebody else on this machine: either will do.
    const blocker = createServer().on('error', () => undefined);
    await new Promise<void>((resolve) => blocker.listen(4404, '127.0.0.1', resolve).once('error', () => resolve()));
    const env = { BROWSER: consentingBrowser() };
    const refused = await rig.run(['-p', 'sandbox', 'login'], { env });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Port 4404 is already in use')]);
    const [, uri = ''] = /--redirect-uri (\S+)/.exec(refused.stderr) ?? [];
    const taken = await rig.run(['-p', 'sandbox', 'login', '--redirect-uri', uri], { env });
    blocker.close();
    expect(taken.code, taken.stderr).toBe(0);
  });

  it('ends with 130 on Ctrl-C and frees the port at once', async () => {
    const { running, ready } = await start();
    const port = Number(new URL(ready['auth_base'] ?? '').port);
    const idle = await dial(port);
    running.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
    idle.destroy();
  });

  it('says that the port is taken, and how to take another', async () => {
    const port = await freePort();
    const first = rig.start(['sandbox', 'start', '--port', `${port}`, '-o', 'ndjson']);
    await first.until('stdout', /ready/);
    const second = await rig.run(['sandbox', 'start', '--port', `${port}`]);
    expect(second.code).toBe(1);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(`Port ${port} is already in use`);
    expect(second.stderr).toContain(`revento sandbox start --port ${port + 1}`);
  });

  it.each([
    [['--port', 'http'], '--port must be a whole number'],
    [['--port', '70000'], '--port must be a whole number'],
    [['--fault', 'token:explode'], 'effects of token are'],
    [['--event', 'evt_nowhere'], 'has no event "evt_nowhere"'],
    [['--participants', 'many'], '--participants must be a whole number'],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await rig.run(['sandbox', 'start', '--port', '0', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('says why an address cannot be served on', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'start', '--port', '0', '--host', '192.0.2.1']);
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot listen on 192.0.2.1');
  });
});

describe('the env file', () => {
  it('is private, complete, and keeps its other lines', async () => {
    const file = join(rig.home, 'app.env');
    writeFileSync(file, 'PORT=3000\nREVENTO_CLIENT_ID=old\n', { mode: 0o644 });
    const { ready } = await start('--write-env', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^PORT=3000\n/);
    expect(text).toContain(`REVENTO_CLIENT_ID=${ready['client_id']}\n`);
    expect(text).toContain(`REVENTO_CLIENT_SECRET=${ready['client_secret']}\n`);
    expect(text).toContain(`SANDBOX_EVENT_ID=evt_test_published\n`);
  });

  it('that cannot be written ends the start', async () => {
    const { code, stdout, stderr } = await rig.run([
      'sandbox',
      'start',
      '--port',
      '0',
      '-o',
      'ndjson',
      '--write-env',
      join(rig.home, 'no/such/file'),
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ENOENT');
  });
});
