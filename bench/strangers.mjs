// How long valid deliveries wait while others flood the listener with 1 MiB bodies that fail verification.
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendOnce } from './forward/load.mjs';
import { median, runAlone } from './kit.mjs';

export const title = 'Valid deliveries in a flood';

const program = join(import.meta.dirname, '../bin/revento.js');
/** Out of the hundred connections that a listener accepts. */
const strangers = 95;
const deliveriesPerRound = 40;
/** Revento waits ten seconds for an answer; a listener under attack should take at most a twentieth of that. */
const limitMs = 500;

export async function run({ rounds = 5 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'revento-bench-'));
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const listener = await startListener(home, secret);
  try {
    const quiet = await waits(listener, secret, rounds);
    const rows = [...rowsOf('nobody else', quiet)];
    for (const kind of ['unsigned', 'forged']) {
      const flood = fork(join(import.meta.dirname, 'forward/strangers.mjs'), [listener.port, strangers, kind]);
      await once(flood, 'message');
      try {
        rows.push(...rowsOf(`${strangers} connections, ${kind} bodies`, await waits(listener, secret, rounds), 1));
      } finally {
        flood.kill('SIGKILL');
        await once(flood, 'exit');
      }
    }
    return { title, unit: 'ms', rounds, baseline: `${limitMs} ms`, rows, missing: [] };
  } finally {
    listener.child.kill('SIGTERM');
    if (listener.child.exitCode === null) await once(listener.child, 'exit');
    rmSync(home, { recursive: true, force: true });
  }
}

/** The latencies of each round, ascending. */
async function waits({ port }, secret, rounds) {
  const all = [];
  for (let round = 0; round < rounds; round++) {
    const latencies = [];
    for (let index = 0; index < deliveriesPerRound; index++) latencies.push(await sendOnce({ port, secret }));
    all.push(latencies.sort((a, b) => a - b));
  }
  return all;
}

function rowsOf(who, rounds, bar = null) {
  const row = (name, share) => {
    const values = rounds.map((latencies) => latencies[Math.ceil(latencies.length * share) - 1]);
    const middle = median(values);
    return {
      name: `${who}: ${name}`,
      median: middle,
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: middle / limitMs,
      bar,
    };
  };
  return [row('p50', 0.5), row('p99', 0.99)];
}

/** The listener as a user runs it, with its output in a file and a recording. */
async function startListener(home, secret) {
  const path = join(home, 'lines.ndjson');
  const file = openSync(path, 'w');
  const args = ['webhook', 'listen', '--port', '0', '-o', 'ndjson', '--record', join(home, 'recorded.ndjson')];
  const env = { ...process.env, HOME: home, REVENTO_CONFIG_DIR: join(home, 'config'), REVENTO_WEBHOOK_SECRET: secret };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', file, 'ignore'] });
  closeSync(file);
  for (let tries = 0; tries < 200; tries++) {
    const [ready] = readFileSync(path, 'utf8').split('\n');
    if (ready) return { child, port: Number(new URL(JSON.parse(ready).url).port) };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('revento webhook listen did not become ready; is dist/ built?');
}

await runAlone(import.meta, run);
