// What verifying, printing and forwarding a delivery costs: `webhook listen --forward` compared with scripts that do
// less.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drip, flood } from './forward/load.mjs';
import { median, race, runAlone } from './kit.mjs';

export const title = 'Verify and forward';

const program = join(import.meta.dirname, '../bin/revento.js');
const bareScript = 'a script: verify, Pool.request';
/** 0.6 times the deliveries a second of the bare script. */
const throughputBar = 1 / 0.6;
const addedBarMs = 3;

export async function run({ rounds = 10 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'revento-bench-'));
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const children = [];
  try {
    const upstream = await start(children, [process.execPath, script('upstream.mjs')], {});
    const env = { UPSTREAM: String(upstream.port), SECRET: secret };
    const request = await start(children, [process.execPath, script('script.mjs'), 'request'], env);
    const dispatch = await start(children, [process.execPath, script('script.mjs'), 'dispatch'], env);
    const agent = await start(children, [process.execPath, script('script.mjs'), 'agent'], env);
    const nginx = startNginx(children, home, upstream.port);
    const revento = await startRevento(children, home, secret, upstream.port);
    const perDelivery =
      (port, count = 4_000) =>
      () =>
        flood({ port, secret, count });

    const throughput = await race({
      title: `${title}: 1 KB deliveries over 32 connections`,
      unit: 'µs a delivery',
      rounds,
      baseline: bareScript,
      contestants: [
        { name: bareScript, measure: perDelivery(request.port) },
        { name: 'revento webhook listen -o ndjson > FILE', measure: perDelivery(revento.port), bar: throughputBar },
        { name: 'a script: verify, Pool.dispatch', measure: perDelivery(dispatch.port) },
        { name: 'a script: verify, node:http Agent', measure: perDelivery(agent.port) },
        { name: 'the handler alone (node:http)', measure: perDelivery(upstream.port) },
        nginx.missing === undefined
          ? { name: 'nginx, no verifying', measure: perDelivery(nginx.port) }
          : { name: 'nginx', missing: nginx.missing },
      ],
    });
    return [
      throughput,
      await cpuTimes({ request, revento, dispatch, agent }, secret, rounds),
      await addedLatency({ upstream, request, revento }, secret, rounds),
      await memory(revento, secret),
    ];
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
    rmSync(home, { recursive: true, force: true });
  }
}

/** CPU time of the listener's process alone: by the clock, load and handler share the cores with it. */
async function cpuTimes(servers, secret, rounds) {
  const unit = 'µs of CPU a delivery';
  const name = `${title}: CPU time of the listener alone`;
  if (process.platform !== 'linux') return { title: name, unit, rounds: 0, baseline: '', rows: [], missing: [] };
  const perDelivery =
    ({ port, pid }, count = 4_000) =>
    async () => {
      const before = cpuMicroseconds(pid);
      await flood({ port, secret, count });
      return (cpuMicroseconds(pid) - before) / count;
    };
  return race({
    title: name,
    unit,
    rounds,
    baseline: bareScript,
    contestants: [
      { name: bareScript, measure: perDelivery(servers.request) },
      { name: 'revento webhook listen -o ndjson > FILE', measure: perDelivery(servers.revento), bar: 1.5 },
      { name: 'a script: verify, Pool.dispatch', measure: perDelivery(servers.dispatch) },
      { name: 'a script: verify, node:http Agent', measure: perDelivery(servers.agent) },
    ],
  });
}

/** CPU time that the threads of a process have used. Source: Linux, Documentation/scheduler/sched-stats.rst. */
function cpuMicroseconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return times.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1000;
}

/** p99 through the listener minus p99 of the handler alone, in the same round, compared with the limit. */
async function addedLatency({ upstream, request, revento }, secret, rounds) {
  const p99 = async ({ port }) => {
    const latencies = (await drip({ port, secret, count: 600, perSecond: 200 })).sort((a, b) => a - b);
    return latencies[Math.ceil(latencies.length * 0.99) - 1];
  };
  const [alone, scripted, through] = [[], [], []];
  const count = Math.min(rounds, 9);
  for (let round = -1; round < count; round++) {
    const figures = [await p99(upstream), await p99(request), await p99(revento)];
    if (round < 0) continue;
    alone.push(figures[0]);
    scripted.push(figures[1]);
    through.push(figures[2]);
  }
  const baseline = `${addedBarMs} ms`;
  const row = (name, values, bar = null) => ({
    name,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    ratio: median(values) / addedBarMs,
    bar,
  });
  const less = (values) => values.map((value, round) => value - alone[round]);
  const rows = [
    row('the handler alone', alone),
    row('added by the script with Pool.request', less(scripted)),
    row('added by revento', less(through), 1),
  ];
  return { title: `${title}: p99 at 200 deliveries a second`, unit: 'ms', rounds: count, baseline, rows, missing: [] };
}

/**
 * Resident memory while 100,000 deliveries pass. The first 20,000 fill the list of 10,000 delivery IDs, which is kept
 * on purpose.
 */
async function memory(revento, secret) {
  const samples = [];
  for (let round = 0; round < 6; round++) {
    await flood({ port: revento.port, secret, count: 20_000 });
    samples.push(residentMebibytes(revento.pid));
  }
  const [first] = samples;
  const rows = samples.slice(1).map((value, index) => ({
    name: `after ${(index + 1) * 20},000 more`,
    median: value,
    min: value,
    max: value,
    ratio: value / first,
    bar: index === 4 ? 1.2 : null,
  }));
  const baseline = `${Math.round(first)} MiB after the first 20,000`;
  return { title: `${title}: resident memory`, unit: 'MiB', rounds: 1, baseline, rows, missing: [] };
}

function residentMebibytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const script = (name) => join(import.meta.dirname, 'forward', name);

/** Starts a server that prints its port first. */
async function start(children, [command, ...args], env) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(text)));
    child.once('exit', () => reject(new Error(`${args[0]} ended before it listened`)));
  });
  return { port, pid: child.pid };
}

/** The listener as a user runs it, with its output in a file. */
async function startRevento(children, home, secret, upstreamPort) {
  const path = join(home, 'deliveries.ndjson');
  const file = openSync(path, 'w');
  const args = ['webhook', 'listen', '--port', '0', '-f', `http://127.0.0.1:${upstreamPort}/webhooks/revento`];
  const env = { ...process.env, HOME: home, REVENTO_CONFIG_DIR: join(home, 'config'), REVENTO_WEBHOOK_SECRET: secret };
  const child = spawn(process.execPath, [program, ...args, '-o', 'ndjson'], { env, stdio: ['ignore', file, 'ignore'] });
  closeSync(file);
  children.push(child);
  for (let tries = 0; tries < 200; tries++) {
    const [ready] = readFileSync(path, 'utf8').split('\n');
    if (ready) return { port: Number(new URL(JSON.parse(ready).url).port), pid: child.pid };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('revento webhook listen did not become ready; is dist/ built?');
}

function startNginx(children, home, upstreamPort) {
  if (spawnSync('nginx', ['-v']).error) return { missing: 'not installed: apt-get install nginx-light' };
  const port = 20_000 + (process.pid % 20_000);
  const file = join(home, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${home}/nginx.pid; error_log stderr crit;
events { worker_connections 256; }
http {
  access_log ${home}/access.log;
  ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join('\n  ')}
  keepalive_requests 1000000;
  upstream handler { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://handler; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  children.push(spawn('nginx', ['-c', file, '-p', home], { stdio: ['ignore', 'ignore', 'inherit'] }));
  return { port };
}

await runAlone(import.meta, run);
