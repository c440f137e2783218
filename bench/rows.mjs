// Time and memory for 100,000 rows, page by page: compared with a careful script written by hand, and with gh.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { race, runAlone } from './kit.mjs';
import { findPeer, quiet } from './peers.mjs';
import { bare, cleanEnv, revento, start } from './read/rig.mjs';

export const title = '100,000 rows';

const rows = 100_000;
const peak = fileURLToPath(new URL('read/peak.cjs', import.meta.url));

export async function run({ rounds = 5 } = {}) {
  const rig = await start(rows);
  try {
    const env = {
      ...cleanEnv(),
      REVENTO_API_BASE: rig.apiBase,
      REVENTO_ACCESS_TOKEN: rig.token,
      REVENTO_CONFIG_DIR: rig.login.REVENTO_CONFIG_DIR,
    };
    const list = (args) => [execPath, revento, 'participants', 'list', '-e', rig.eventId, '-o', 'ndjson', ...args];
    const script = 'undici, by hand';
    const time = await race({
      title,
      rounds,
      warmups: 1,
      baseline: script,
      contestants: [
        { name: script, command: [execPath, bare, rig.apiBase, rig.eventId], env },
        { name: 'revento participants list --all -o ndjson', command: list(['--all']), env, bar: 1.3 },
        gh(rig),
      ],
    });
    // Enough that the heap has come to its working size.
    const few = 'revento, 30,000 rows';
    const memory = await race({
      title: `${title}: peak memory`,
      unit: 'MB',
      rounds,
      warmups: 1,
      baseline: few,
      contestants: [
        { name: few, measure: () => peakOf(list(['--limit', '30000']), env) },
        { name: 'revento, 100,000 rows', measure: () => peakOf(list(['--all']), env), bar: 1.2 },
        { name: script, measure: () => peakOf([execPath, bare, rig.apiBase, rig.eventId], env) },
      ],
    });
    return [time, memory];
  } finally {
    await rig.stop();
  }
}

/** gh follows the `Link` header, which the page server adds for it. Its own token is ignored. */
function gh(rig) {
  const name = "gh api --paginate --jq '.data[]'";
  const { path, missing } = findPeer('gh');
  if (missing) return { name, missing };
  const url = `${rig.apiBase}/events/${rig.eventId}/participants`;
  return { name, command: [path, 'api', '--paginate', '--jq', '.data[]', url], env: { ...quiet, GH_TOKEN: 'none' } };
}

/** The most memory that a program used, in megabytes. */
async function peakOf([program, ...args], env) {
  const child = spawn(program, ['-r', peak, ...args], { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let text = '';
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdio[3].on('data', (chunk) => {
    text += chunk;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${said}`);
  return Number(text) / 1024;
}

await runAlone(import.meta, run);
