import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServe } from '../../src/platform/http/server.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../../src/ports/exchange.ts';
import { freePort } from '../support/free-port.ts';
import { consentingBrowser, ProgramRig, type SandboxReady } from '../support/program-rig.ts';
import { dial } from '../support/raw-http.ts';
import type { Running } from '../support/running.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  for (const close of closing.splice(0)) await close();
});

async function shownUrl(running: Running): Promise<URL> {
  const [, url = ''] = await running.until('stderr', /^ {2}(https?:\/\/\S+)$/m);
  return new URL(url);
}

/** A person who agrees: follows the address and every redirect after it. */
async function follow(url: URL): Promise<Response> {
  return fetch(url, { redirect: 'follow' });
}

const isFree = (port: number, host: string) =>
  dial(port, host).then(
    (socket) => {
      socket.destroy();
      return false;
    },
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );

/** An authorization server written for the test: it remembers what its token endpoint was sent. */
async function authServer(token: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>) {
  const seen: HttpRequest[] = [];
  const answer: Exchange = async (request) => {
    // The sign of life that a login asks for first.
    if (request.method === 'HEAD') return json(404, {});
    seen.push(request);
    return token(request);
  };
  const server = await createServe(() => undefined)({ host: '127.0.0.1', port: 0, answer });
  closing.push(() => server.close(0));
  return { base: `http://127.0.0.1:${server.port}`, seen };
}

const json = (status: number, body: unknown, headers: HttpResponse['headers'] = []): HttpResponse => ({
  status,
  headers: [['Content-Type', 'application/json'], ...headers],
  body: Buffer.from(JSON.stringify(body)),
});

/** Settings of a login against `authServer`. */
const elsewhere = (base: string, port: number, extra: Record<string, string> = {}) => ({
  REVENTO_AUTH_BASE: base,
  REVENTO_CLIENT_ID: 'client_1',
  REVENTO_EVENT: 'evt_1',
  REVENTO_REDIRECT_URI: `http://localhost:${port}/callback`,
  ...extra,
});

const fiveFields = (changes: Record<string, unknown> = {}) => ({
  access_token: randomBytes(24).toString('base64url'),
  refresh_token: randomBytes(24).toString('base64url'),
  event_id: 'evt_1',
  organization_id: 'org_1',
  scope: 'event.read',
  ...changes,
});

describe('a login at the sandbox', () => {
  let port = 0;
  let sandbox: SandboxReady;
  const start = async (...flags: string[]) => {
    port = await freePort();
    sandbox = await rig.sandbox(['--redirect-uri', `http://localhost:${port}/callback`, ...flags]);
  };
  const login = (flags: string[] = [], env: Record<string, string> = {}) =>
    rig.start(['-p', 'sandbox', 'login', '--redirect-uri', `http://localhost:${port}/callback`, ...flags], { env });

  it('runs headless with BROWSER, ends by itself with 0, and prints one JSON document and nothing else', async () => {
    await start();
    const { code, stdout, stderr } = await login(['--json'], { BROWSER: consentingBrowser() }).ended;
    expect(stderr).toContain('/oauth/authorize?');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      profile: 'sandbox',
      event_id: 'evt_test_published',
      organization_id: expect.stringMatching(/^org_/),
      kind: 'installation',
      scope: ['event.read', 'participants.read', 'program.read'],
      access_expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
      refresh_expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
    });
  });

  it('is still there', async () => {
    await start();
    await login([], { BROWSER: consentingBrowser() }).ended;
    const status = await rig.run(['-p', 'sandbox', 'status', '--json']);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout).logins).toMatchObject([{ event_id: 'evt_test_published', state: 'active' }]);
  });

  it('of a participant is stored beside that of the organizer', async () => {
    await start();
    expect((await login([], { BROWSER: consentingBrowser() }).ended).code).toBe(0);
    expect((await login(['--user'], { BROWSER: consentingBrowser() }).ended).code).toBe(0);
    const { stdout } = await rig.run(['-p', 'sandbox', 'status', '--json']);
    expect(
      JSON.parse(stdout)
        .logins.map((each: { kind: string }) => each.kind)
        .sort(),
    ).toEqual(['installation', 'user']);
  });

  it('that is declined ends with 4 and says so in JSON on stderr', async () => {
    await start();
    const { code, stdout, stderr } = await login(['--json'], { BROWSER: consentingBrowser('--deny') }).ended;
    expect(code).toBe(4);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'access_denied' } });
  });

  it('with a smaller scope says what was not granted', async () => {
    await start();
    const browser = consentingBrowser('--only-scopes event.read');
    const { code, stdout, stderr } = await login(['--json'], { BROWSER: browser }).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).scope).toEqual(['event.read']);
    expect(stderr).toContain('participants.read program.read were not granted');
  });

  it.each([
    ['no-such-browser-anywhere', 'was not found'],
    [`${process.execPath}/below-a-file`, 'could not be started: a part of its path is not a directory'],
  ])('ends at once with 4 when BROWSER is %s, which cannot be started', async (program, why) => {
    await start('--auto-consent');
    const { code, stderr } = await login([], { BROWSER: program }).ended;
    expect(code).toBe(4);
    expect(stderr).toContain(`error: Nobody gave consent: ${program} ${why}`);
    expect(await isFree(port, '127.0.0.1')).toBe(true);
  });

  it('ends at once with 4 when the program that consents fails, and says why', async () => {
    await start();
    const elsewhere = ['--redirect-uri', `http://localhost:${await freePort()}/not-registered`];
    const { code, stderr, stdout } = await login(elsewhere, { BROWSER: consentingBrowser() }).ended;
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^error: Nobody gave consent: .*returned 400/m);
    expect(stderr).toMatch(
      /^hint: .*the redirect URI is not the registered one; see: revento -p sandbox config list$/m,
    );
  });

  it('ends at once with 4 in CI where no program consents', async () => {
    await start();
    const { code, stderr } = await login([], { CI: 'true' }).ended;
    expect(code).toBe(4);
    expect(stderr).toContain('error: Nobody can give consent: CI is set, and BROWSER is not.');
    expect(stderr).not.toContain('Waiting');
  });

  it('ends while the browser it started runs on', async () => {
    await start('--auto-consent');
    const pidFile = join(rig.home, 'browser.pid');
    const browser = join(rig.home, 'browser.mjs');
    writeFileSync(
      browser,
      `import { writeFileSync } from 'node:fs';
       writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       await fetch(process.argv[2]);
       setTimeout(() => undefined, 60_000);`,
    );
    const { code } = await login([], { BROWSER: `${process.execPath} ${browser}` }).ended;
    expect(code).toBe(0);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).not.toThrow();
    process.kill(pid, 'SIGKILL');
  });

  it('never gives the browser our stdout or our secrets', async () => {
    await start('--auto-consent');
    const dump = join(rig.home, 'seen.json');
    const browser = join(rig.home, 'browser.mjs');
    writeFileSync(
      browser,
      `import { writeFileSync } from 'node:fs';
       console.log('noise on stdout');
       writeFileSync(${JSON.stringify(dump)}, JSON.stringify({ argv: process.argv, env: process.env }));
       await fetch(process.argv[2]);`,
    );
    const secret = { REVENTO_CLIENT_SECRET: sandbox.client_secret, REVENTO_WEBHOOK_SECRET: 'whsec_canary-of-the-test' };
    const { code, stdout } = await login(['--json'], { BROWSER: `${process.execPath} ${browser}`, ...secret }).ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain('noise');
    const seen = readFileSync(dump, 'utf8');
    expect(seen).toContain('/oauth/authorize?');
    expect(seen).not.toContain(sandbox.client_secret);
    expect(seen).not.toContain('whsec_canary-of-the-test');
  });

  it.each<[NodeJS.Signals, { code: number | null; signal: NodeJS.Signals | null }]>([
    ['SIGINT', { code: 130, signal: null }],
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
  ])('that is ended by %s frees its port', async (signal, expected) => {
    await start();
    const running = login(['--no-browser']);
    await running.until('stderr', /^Waiting for the redirect to .* \(up to 5m\)…$/m);
    const preconnected = await dial(port);
    preconnected.on('error', () => undefined);
    running.kill(signal);
    expect(await running.ended).toMatchObject(expected);
    expect(await isFree(port, '127.0.0.1')).toBe(true);
    expect(await isFree(port, '::1')).toBe(true);
    preconnected.destroy();
  });

  it('ends with 4 when nobody answers in time', async () => {
    await start();
    const { code, stderr } = await login(['--no-browser', '--timeout', '300ms']).ended;
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^hint: if the page shows an error, the client id or the redirect URI is not the registered one;/m,
    );
    expect(stderr).toMatch(/to wait longer, run: revento -p sandbox login .*--timeout 15m$/m);
    expect(await isFree(port, '127.0.0.1')).toBe(true);
  });

  it('fails at once with 1 when another login waits on the port', async () => {
    await start();
    const first = login(['--no-browser']);
    await first.until('stderr', /^Waiting for the redirect to .* \(up to 5m\)…$/m);
    const second = await login(['--no-browser']).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`error: Port ${port} is already in use on 127\\.0\\.0\\.1 \\(IPv4\\)`));
    expect(second.stderr).toContain('--redirect-uri');
    expect(first.isEnded).toBe(false);
  });

  it('says with --debug nothing of code, verifier, secret or tokens', async () => {
    await start('--auto-consent');
    const running = login(['--no-browser', '--debug']);
    const arrived = await follow(await shownUrl(running));
    const code = new URL(arrived.url).searchParams.get('code') ?? '';
    expect(code.length).toBeGreaterThan(8);
    const { stdout, stderr } = await running.ended;
    const token = (await rig.run(['-p', 'sandbox', 'token'])).stdout.trim();
    expect(stderr).toContain('/oauth/token');
    for (const secret of [code, sandbox.client_secret, token]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        expect(stdout + stderr).not.toContain(form);
      }
    }
    expect(stderr).not.toMatch(/code_verifier=|rev_refresh_/);
  });
});

describe('an authorization server written elsewhere', () => {
  /** Logs in by coming back with a code of our own. */
  async function loginWith(env: Record<string, string>, flags: string[] = []) {
    const running = rig.start(['login', '--no-browser', ...flags], { env });
    const url = await shownUrl(running);
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'code-of-the-test');
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    const page = await fetch(back);
    return { page: await page.text(), status: page.status, ...(await running.ended) };
  }

  it('may answer five fields only, and gets the client secret in the form', async () => {
    const secret = 'a+b&c=d%e\u0301~*';
    const server = await authServer(() => json(200, fiveFields()));
    const env = elsewhere(server.base, await freePort(), { REVENTO_CLIENT_SECRET: secret });
    const { code, page } = await loginWith(env);
    expect(code).toBe(0);
    expect(page).toContain('Signed in');
    const form = new URLSearchParams(Buffer.from(server.seen[0]?.body ?? '').toString());
    expect(form.get('client_secret')).toBe(secret);
    expect(server.seen[0]?.url).toBe('/oauth/token');
  });

  it('gets no client_secret from a public client', async () => {
    const server = await authServer(() => json(200, fiveFields()));
    expect((await loginWith(elsewhere(server.base, await freePort()))).code).toBe(0);
    expect(Buffer.from(server.seen[0]?.body ?? '').toString()).not.toContain('client_secret');
  });

  it.each([301, 302, 303, 307, 308])('cannot send the secret on with a %i', async (status) => {
    const target = await authServer(() => json(200, fiveFields()));
    const server = await authServer(() => json(status, {}, [['Location', `${target.base}/oauth/token`]]));
    const { code, page, stderr } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(1);
    expect(page).toContain('Not signed in');
    expect(stderr).toContain(`HTTP ${status}`);
    expect(server.seen).toHaveLength(1);
    expect(target.seen).toHaveLength(0);
  });

  it('is asked once when it drops the connection', async () => {
    const server = await authServer(() => ({ ...json(200, {}), cut: 'drop' }));
    const { code, page, stderr } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(5);
    expect(page).toContain('connection closed');
    expect(stderr).toMatch(/request [0-9a-f-]{36}/);
    expect(server.seen).toHaveLength(1);
  });

  it('is not believed when its answer is longer than 1 MiB', async () => {
    const server = await authServer(() => json(200, fiveFields({ padding: 'x'.repeat(1024 * 1024) })));
    const { code, status } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(1);
    expect(status).toBe(502);
  });

  it('is refused when the tokens are for another event', async () => {
    const server = await authServer(() => json(200, fiveFields({ event_id: 'evt_2' })));
    const env = elsewhere(server.base, await freePort());
    expect((await loginWith(env)).code).toBe(4);
    expect((await rig.run(['status'], { env })).code).toBe(4);
  });

  it('keeps an earlier login when it says that the client is unknown', async () => {
    const answers = [json(200, fiveFields()), json(401, { error: 'invalid_client' })];
    const server = await authServer(() => answers.shift() ?? json(500, {}));
    const env = elsewhere(server.base, await freePort());
    expect((await loginWith(env)).code).toBe(0);
    const second = await loginWith(env);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('REVENTO_CLIENT_SECRET');
    expect((await rig.run(['status'], { env })).code).toBe(0);
  });

  it('behind a tunnel is listened for on --port', async () => {
    const server = await authServer(() => json(200, fiveFields()));
    const port = await freePort();
    const env = elsewhere(server.base, port, { REVENTO_REDIRECT_URI: 'https://abc.tunnel.example/cb' });
    const running = rig.start(['login', '--no-browser', '--port', String(port)], { env });
    const url = await shownUrl(running);
    const page = await fetch(`http://localhost:${port}/cb?code=c&state=${url.searchParams.get('state')}`);
    expect(page.status).toBe(200);
    expect((await running.ended).code).toBe(0);
    const form = new URLSearchParams(Buffer.from(server.seen[0]?.body ?? '').toString());
    expect(form.get('redirect_uri')).toBe('https://abc.tunnel.example/cb');
  });
});

describe('without what it needs', () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an event', [], { REVENTO_CLIENT_ID: 'c' }, /--event/],
    ['a client id', ['--event', 'evt_1'], {}, /REVENTO_CLIENT_ID/],
  ])('(%s) it ends with 2 and says how to give it', async (_what, flags, env, words) => {
    const { code, stdout, stderr } = await rig.run(['login', ...flags], { env });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
  });
});

describe('--with-token', () => {
  it('stores tokens from stdin', async () => {
    const env = { REVENTO_CLIENT_ID: 'c', REVENTO_AUTH_BASE: 'https://auth.test' };
    const body = fiveFields({ expires_in: 3600 });
    const done = await rig.run(['login', '--with-token', '--json'], { env, input: JSON.stringify(body) });
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ event_id: 'evt_1', scope: ['event.read'] });
    expect(done.stdout + done.stderr).not.toContain(body.access_token);
    expect((await rig.run(['token', '--event', 'evt_1'], { env })).stdout.trim()).toBe(body.access_token);
  });

  it('ends with 2 on anything else, and repeats nothing of it', async () => {
    const done = await rig.run(['login', '--with-token'], {
      env: { REVENTO_CLIENT_ID: 'c' },
      input: 'canary-of-the-test',
    });
    expect(done.code).toBe(2);
    expect(done.stdout + done.stderr).not.toContain('canary-of-the-test');
  });
});

it.each([
  ['login --with-token', ['login', '--with-token']],
  ['config set client_secret', ['config', 'set', 'client_secret']],
])('%s gives up waiting for an input that does not end on one Ctrl-C', async (_, command) => {
  // The warning of an empty variable shows that the program listens for signals.
  const running = rig.start(command, { input: null, env: { REVENTO_SCOPE: '' } });
  await running.until('stderr', /counts as unset/);
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
});

it('takes no secret, code or token as a command-line value, and no way to switch TLS off', async () => {
  const { stdout } = await rig.run(['login', '--help']);
  const flags = [...stdout.matchAll(/--[a-z-]+(?: <[a-z]+>)?/g)].map(([flag]) => flag);
  expect(flags).toContain('--redirect-uri <uri>');
  expect(flags.filter((flag) => /secret|code|insecure|tls|verify|(token|password) </.test(flag))).toEqual([]);
});

it('ends with a reason when BROWSER is an executable that is not a program', async () => {
  const file = join(rig.home, 'broken');
  writeFileSync(file, '\u0000not a program');
  chmodSync(file, 0o755);
  const { base } = await authServer(() => json(500, {}));
  const env = elsewhere(base, await freePort(), { BROWSER: file });
  const { code, stderr } = await rig.run(['login'], { env });
  expect(code).toBe(4);
  expect(stderr).toContain('error: Nobody gave consent: ');
});
