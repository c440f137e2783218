// The programs the benchmarks stand beside: where they are on this machine, or why they are not.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const folder = join(import.meta.dirname, 'peers');

/** What keeps a peer from asking its maker for news while it is measured. */
export const quiet = {
  GH_NO_UPDATE_NOTIFIER: '1',
  NO_UPDATE_NOTIFIER: '1',
  STRIPE_CLI_TELEMETRY_OPTOUT: '1',
  HOOKDECK_CLI_TELEMETRY_OPTOUT: '1',
  VERCEL_TELEMETRY_DISABLED: '1',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
};

/**
 * Installs the peers that come from npm, once. They carry their binaries, so no install script has to run. Their
 * versions are exact; there is no lock file, because one names the binaries of every platform and `npm ci` refuses it
 * where a registry holds those of this platform alone.
 *
 * @returns {string | null} why it did not work, or null
 */
export function installPeers() {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return null;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const flags = ['--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, error, stderr } = spawnSync(npm, ['install', ...flags], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return null;
  return error?.message ?? (firstSentence(stderr) || `npm install ended with ${status}`);
}

/** What npm says went wrong, without the code it puts in front. */
function firstSentence(stderr) {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm error\s*/, '').trim());
  return lines.find((line) => line !== '' && !line.startsWith('code ')) ?? '';
}

/**
 * @param {'gh' | 'npm' | 'stripe' | 'hookdeck' | 'vercel'} name
 * @returns {{ path: string } | { missing: string }}
 */
export function findPeer(name) {
  if (name === 'gh' || name === 'npm') {
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(directory, name);
      if (isExecutable(path)) return { path };
    }
    return { missing: name === 'gh' ? 'not on the PATH; on Debian: apt-get install gh' : 'not on the PATH' };
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
