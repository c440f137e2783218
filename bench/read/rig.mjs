// The setup of the read benchmarks: a sandbox with a login, and a server that plays its pages back.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const revento = path('../../bin/revento.js');
export const bare = path('bare.mjs');

/**
 * Starts everything. Returns its URLs and a function that stops it.
 *
 * @param {number} participants
 * @returns {Promise<{ apiBase: string, eventId: string, token: string, login: Record<string, string>, stop: () => Promise<void> }>}
 *   `login` is the environment of a stored login that reads from the page server; `apiBase` is that server
 */
export async function start(participants) {
  const home = await mkdtemp(join(tmpdir(), 'revento-bench-'));
  const stops = [];
  const stop = async () => {
    for (const end of stops) await end();
    await rm(home, { recursive: true, force: true });
  };
  try {
    const base = { ...cleanEnv(), REVENTO_CONFIG_DIR: join(home, 'config'), HOME: home };
    // A token near its end would be refreshed by what is measured.
    const args = ['--no-rate-limit', '--auto-consent', '--access-ttl', '24h', '--participants', `${participants}`];
    const { ready, stop: stopSandbox } = await startSandbox(args, base);
    stops.push(stopSandbox);
    const login = {
      ...base,
      REVENTO_AUTH_BASE: ready.auth_base,
      REVENTO_API_BASE: ready.api_base,
      REVENTO_CLIENT_ID: ready.client_id,
      REVENTO_CLIENT_SECRET: ready.client_secret,
      REVENTO_REDIRECT_URI: ready.redirect_uri,
      SANDBOX_EVENT_ID: ready.event_id,
      BROWSER: `${execPath} ${revento} sandbox consent`,
    };
    await output([revento, 'login'], login);
    const token = (await output([revento, 'token'], login)).trim();
    const participantsUrl = `${ready.api_base}/events/${ready.event_id}/participants`;
    const server = spawn(execPath, [path('server.mjs'), participantsUrl], {
      env: { ...cleanEnv(), TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    stops.push(() => server.kill());
    const apiBase = `${await firstLine(server)}/api/v1`;
    // The login was made at the sandbox: only this setting lets its token go to another host.
    delete login.REVENTO_API_BASE;
    await output([revento, 'config', 'set', 'api_base', apiBase], login);
    return { apiBase, eventId: ready.event_id, token, login, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts a sandbox on a free port. Returns its `ready` line and a function that stops it.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string>} environment
 */
export async function startSandbox(args, environment) {
  const child = spawn(execPath, [revento, 'sandbox', 'start', '--port', '0', '-o', 'ndjson', ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = JSON.parse(await firstLine(child));
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'close');
    child.kill();
    await ended;
  };
  return { ready, stop };
}

/** The environment without the revento settings of the user who runs the benchmark. */
export function cleanEnv() {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(REVENTO_|SANDBOX_|GH_|GITHUB_|NODE_OPTIONS)/.test(name)),
  );
}

/** The rest is read and dropped: a program whose output is not read would block. */
function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      child.stdout.off('data', look).resume();
      resolve(text.slice(0, end));
    };
    child.stdout.setEncoding('utf8').on('data', look);
    child.once('error', reject);
    child.once('close', () => reject(new Error('the program ended before it was ready')));
  });
}

async function output(args, environment) {
  const child = spawn(execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${args.slice(1).join(' ')} ended with ${status}: ${said}`);
  return text;
}
