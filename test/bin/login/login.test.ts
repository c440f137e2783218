import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { dial } from '../../support/http/raw-http.ts';
import { consentingBrowser, ProgramRig, type SandboxReady } from '../../support/program/program-rig.ts';
import type { Running } from '../../support/program/running.ts';

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
