// `revento privacy scan` over 100 MB without a finding, beside programs that look for the same markers, plain form only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { race, runAlone } from './kit.mjs';
import { findPeer } from './peers.mjs';
import { cleanEnv, revento } from './read/rig.mjs';

export const title = 'Scan 100 MB';

const people = 100;
const megabytes = 100;

export async function run({ rounds = 10 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'revento-bench-'));
  try {
    const env = { ...cleanEnv(), HOME: home };
    const patterns = join(home, 'patterns');
    writeFileSync(patterns, `${markers(env).join('\n')}\n`);
    const log = join(home, 'clean.log');
    writeFileSync(log, cleanLog());
    const peer = (name, args) => {
      const { path, missing } = findPeer(name);
      // Both end with 1 when nothing is found.
      return missing
        ? { name, missing }
        : { name: `${name} ${args.join(' ')}`, command: [path, ...args, '-f', patterns, log], exit: 1 };
    };
    const [rg, grep] = [peer('rg', ['-F', '-c']), peer('grep', ['-F', '-c'])];
    return await race({
      title,
      rounds,
      baseline: (rg.missing === undefined ? rg : grep).name,
      contestants: [
        rg,
        grep,
        {
          name: 'revento privacy scan, every form',
          command: [execPath, revento, 'privacy', 'scan', '--deleted', log],
          env,
          bar: 3,
        },
      ],
    });
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** The markers of the people of a sandbox. */
function markers(env) {
  const list = `"${execPath}" "${revento}" login >/dev/null 2>&1 && "${execPath}" "${revento}" participants list --all`;
  const command = [
    'sandbox',
    'exec',
    '--canaries',
    '--participants',
    `${people}`,
    '--',
    'sh',
    '-c',
    `${list} -o ndjson`,
  ];
  const { stdout, status } = spawnSync(execPath, [revento, ...command], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the people of the sandbox could not be listed (${status})`);
  return [...new Set(stdout.match(/rvcanary\w+/g))];
}

/** Lines such as a web server's, none like another. */
function cleanLog() {
  const lines = [];
  for (let length = 0, at = 0; length < megabytes * 1e6; at++) {
    const id = Math.imul(at + 1, 0x9e3779b1) >>> 0;
    const line = `2026-03-01T12:${String(at % 60).padStart(2, '0')}:00Z INFO GET /events/evt_${id.toString(36)}/participants?cursor=${id} 200 ${at % 97}ms canary=${id % 2}\n`;
    length += line.length;
    lines.push(line);
  }
  return lines.join('');
}

await runAlone(import.meta, run);
