// The programs that the benchmarks compare with: where they are installed, or why they are missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { originalEnv } from './kit.mjs';

const folder = join(import.meta.dirname, 'peers');

/** Environment that stops a peer from checking for updates while it is measured. */
export const quiet = {
  GH_NO_UPDATE_NOTIFIER: '1',
  NO_UPDATE_NOTIFIER: '1',
  STRIPE_CLI_TELEMETRY_OPTOUT: '1',
  HOOKDECK_CLI_TELEMETRY_OPTOUT: '1',
  VERCEL_TELEMETRY_DISABLED: '1',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
};

/** Peers that are not on npm, by the Debian package that has them. */
const packages = { gh: 'gh', npm: 'npm', grep: 'grep', rg: 'ripgrep' };

/**
 * Installs the peers from npm, once. Their packages contain the binaries, so no install script has to run. Their
 * versions are exact. A lock file would name the binaries of every platform, and `npm ci` fails if a registry has only
 * those of this platform, so there is none.
 *
 * @returns {string | null} why it failed, or null
 */
export function installPeers() {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return null;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const flags = ['--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, error, stderr } = spawnSync(npm, ['install', ...flags], {
    cwd: folder,
    env: originalEnv,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return null;
  return error?.message ?? (firstSentence(stderr) || `npm install ended with ${status}`);
}

/** npm's error message, without its code. */
function firstSentence(stderr) {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm error\s*/, '').trim());
  return lines.find((line) => line !== '' && !line.startsWith('code ')) ?? '';
}

/**
 * @param {'gh' | 'npm' | 'stripe' | 'hookdeck' | 'vercel'} name
 * @returns {{ path: string } | { missing: string }}
 */
export function findPeer(name) {
  if (name in packages) {
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(directory, name);
      if (isExecutable(path)) return { path };
    }
    return { missing: `not on the PATH; on Debian: apt-get install ${packages[name]}` };
  }
  const path = join(folder, 'node_modules/.bin', name);
  return isExecutable(path)
    ? { path }
    : { missing: 'not installed; `npm install --ignore-scripts` in bench/peers does it' };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
