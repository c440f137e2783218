import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { selfSigned } from '../../support/http/certificate.ts';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import {
  consentingBrowser,
  ProgramRig,
  type SandboxReady,
  type StartOptions,
} from '../../support/program/program-rig.ts';
import type { Ended } from '../../support/program/running.ts';
import { until } from '../../support/until.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

/** Consents without a browser. */
const browser = { BROWSER: consentingBrowser() };
const client = { REVENTO_CLIENT_ID: 'client-1' };
const secret = { REVENTO_WEBHOOK_SECRET: 'a secret only of this test' };

async function say(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<string> {
  const { stdout, stderr, code } = await rig.run(args, { env, input });
  expect(code).not.toBe(0);
  return stdout + stderr;
}

async function loggedIn(args: readonly string[] = []): Promise<SandboxReady> {
  const ready = await rig.sandbox(args);
  const { code, stderr } = await rig.run(['-p', 'sandbox', 'login'], { env: browser });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return ready;
}

/** An auth server that is there and asks nobody anything. */
async function serverElsewhere(): Promise<Record<string, string>> {
  return { ...client, REVENTO_AUTH_BASE: (await rig.sandbox()).auth_base };
}

/** A sandbox that was started, and stopped. */
async function endedSandbox(options: StartOptions = {}): Promise<Ended> {
  const running = rig.start(['sandbox', 'start', '--port', '0'], options);
  await running.until('stdout', /Requests appear below/);
  running.kill('SIGINT');
  return running.ended;
}

async function withPortTaken(): Promise<string> {
  const taken = createTcpServer();
  const port = await freePort();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  try {
    const redirect = ['--redirect-uri', `http://localhost:${port}/callback`];
    return await say(['login', '--event', 'evt_1', ...redirect], await serverElsewhere());
  } finally {
    taken.close();
  }
}

async function withoutAnswer(variables: Record<string, string> = {}): Promise<string> {
  const redirect = ['--redirect-uri', `http://localhost:${await freePort()}/callback`];
  const env = { ...(await serverElsewhere()), ...variables };
  return say(['login', '--event', 'evt_1', '--timeout', '1s', ...redirect], env);
}

async function withLockHeld(): Promise<string> {
  await loggedIn();
  const pause = join(rig.home, 'holder');
  const holder = rig.start(['-p', 'sandbox', 'token', 'refresh'], {
    preload: [join(root, 'test/support/program/preload/crash-point.cjs')],
    env: { CRASH_PLAN: JSON.stringify({ 'before-send': { action: 'pause', file: pause } }) },
  });
  await until(() => existsSync(`${pause}.reached`), 'the holder has the lock');
  const preload = [join(root, 'test/support/program/preload/quick-timers.cjs')];
  const { stderr } = await rig.run(['-p', 'sandbox', 'token', 'refresh'], {
    preload,
    env: { QUICK_TIMERS_SPEED: '20' },
  });
  writeFileSync(`${pause}.go`, '');
  expect((await holder.ended).code).toBe(0);
  return stderr;
}

async function withPassphraseForgotten(): Promise<string> {
  await rig.sandbox();
  const login = await rig.run(['-p', 'sandbox', 'login'], { env: { ...browser, REVENTO_STORE_KEY: 'only now' } });
  expect(login.code).toBe(0);
  return say(['-p', 'sandbox', 'token']);
}

async function withKeyOpen(): Promise<string> {
  await loggedIn();
  chmodSync(join(rig.home, 'share/revento/key'), 0o644);
  return say(['-p', 'sandbox', 'token']);
}

async function withStrangeRoot(): Promise<string> {
  const server = createServer(selfSigned('localhost', rig.home), (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const env = { REVENTO_ACCESS_TOKEN: 'rev_install_of_nobody', REVENTO_API_BASE: `https://localhost:${port}` };
    return await say(['events', 'get', '--event', 'evt_1'], env);
  } finally {
    server.close();
  }
}

async function pastTheLimit(): Promise<string> {
  await loggedIn();
  const pages = ['participants', 'list', '--all', '--max-wait', '0s', '-o', 'ndjson'];
  const all = () => rig.run(['-p', 'sandbox', ...pages]);
  for (let calls = 0; calls < 31; calls++) {
    const { code, stderr } = await all();
    if (code !== 0) return stderr;
  }
  throw new Error('the limit was never reached');
}

async function afterRevocation(): Promise<string> {
  await loggedIn();
  await rig.run(['-p', 'sandbox', 'sandbox', 'revoke']);
  await say(['-p', 'sandbox', 'events', 'get']);
  return say(['-p', 'sandbox', 'events', 'get']);
}

async function forAnotherEvent(): Promise<string> {
  await loggedIn();
  return say(['-p', 'sandbox', '--event', 'evt_other', 'events', 'get']);
}

function verify(secondsAgo: number): Promise<string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  return say(
    ['webhook', 'verify', '-', '--timestamp', timestamp, '--signature', `sha256=${'0'.repeat(64)}`],
    secret,
    '{}',
  );
}

/** By the message of the page's row; `…` stands for what is different each time. */
const situations: Readonly<Record<string, () => Promise<string>>> = {
  'Port … is already in use on 127.0.0.1 (IPv4).': withPortTaken,
  'Nobody gave consent: …': () => withoutAnswer({ BROWSER: 'false' }),
  'Nobody can give consent: CI is set, and BROWSER is not.': () => withoutAnswer({ CI: 'true' }),
  'Timed out waiting for consent.': () => withoutAnswer(),
  'The redirect URI "…" is not on this machine, so --port is needed.': () =>
    say(['login', '--event', 'evt_1', '--redirect-uri', 'https://tunnel.example/callback'], client),
  'Profile "…" has no login.': () => say(['participants', 'list']),
  'There is no login for event …, only for …': forAnotherEvent,
  'The login for event … has ended: …': afterRevocation,
  'Another revento (pid …) has held …': withLockHeld,
  'What is stored is encrypted with a passphrase, and REVENTO_STORE_KEY is not set.': withPassphraseForgotten,
  'The key file … is open to other users (mode …).': withKeyOpen,
  "Can't reach …, so login can't complete: …": async () =>
    say(['login', '--event', 'evt_1'], { ...client, REVENTO_AUTH_BASE: `http://127.0.0.1:${await freePort()}` }),
  'There is no profile "…".': () => say(['webhook', 'listen', '-p', '3000']),
  'host name not found (api.revento.example:443)': () =>
    say(['events', 'get', '--event', 'evt_1'], { REVENTO_ACCESS_TOKEN: 'rev_install_of_nobody' }),
  'TLS handshake failed (…)': withStrangeRoot,
  'Rate limit reached (requests per minute); not sent. Next request allowed in …': pastTheLimit,
  'The kept sandbox was started with --participants …, not …': async () => {
    await endedSandbox();
    return say(['sandbox', 'start', '--port', '0', '--participants', '7']);
  },
  'the kept sandbox in … is damaged: …': async () => {
    await endedSandbox();
    writeFileSync(join(rig.home, 'config/revento/auth/sandbox/sandbox.sealed'), 'x');
    return (await endedSandbox()).stderr;
  },
  '… the disk is full (ENOSPC); the sandbox keeps running in memory, …': async () =>
    (
      await endedSandbox({
        env: { CRASH_PLAN: '{"log-before-rename":{"action":"fail","code":"ENOSPC"}}' },
        preload: [join(import.meta.dirname, '../../support/program/preload/crash-point.cjs')],
      })
    ).stderr,
  'No webhook signing secret is configured.': () => say(['webhook', 'listen', '--port', '0']),
  'not valid: signature_mismatch': () => verify(0),
  'not valid: stale_timestamp': () => verify(3600),
};

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, text = '']) => text);

it('has a situation for each message of docs/troubleshooting.md, and no other', () => {
  expect(rows.filter((text) => !(text in situations))).toEqual([]);
  expect(Object.keys(situations).filter((text) => !rows.includes(text))).toEqual([]);
});

it.each(Object.entries(situations))('%s', async (text, bringAbout) => {
  const said = await bringAbout();
  const pattern = text
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  expect(said).toMatch(new RegExp(pattern));
});
