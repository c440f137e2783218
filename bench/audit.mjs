// What watching costs: requests that a sandbox answers over loopback with its audit and without it, in one process; and
// the longest time for which a verdict on many requests keeps all others waiting.
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { folderText } from '../scripts/folder-text.mjs';
import { rawText } from '../scripts/raw-text.mjs';
import { race, runAlone } from './kit.mjs';

export const title = 'Audit';

const root = fileURLToPath(new URL('..', import.meta.url));
const requests = 100;
/** Less than after which older ones are judged and dropped. */
const many = 4_800;
const key = 'a-key-of-the-control-api-of-a-sandbox-for-benchmarks';
const silent = `export class Recorder {
  arrive() { return { strikes: [] }; }
  answered() {}
  sending() { return () => {}; }
  acting() { return () => {}; }
  reset() {}
  audit() { return { since: 0, seen: 0, findings: [] }; }
}`;

export async function run({ rounds = 20 } = {}) {
  const folder = await mkdtemp(join(root, 'node_modules/.bench-audit-'));
  try {
    const [watched, unwatched] = [
      await bundled(folder, 'watched', []),
      await bundled(folder, 'unwatched', [withoutAudit]),
    ];
    return [await throughput(4 * rounds, watched, unwatched), await pause(rounds, watched)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts nothing in the place of the audit's recorder. */
const withoutAudit = { name: 'without-audit', load: (id) => (id.endsWith('/audit/recorder.ts') ? silent : null) };

/** `createSandbox` of this checkout. */
async function bundled(folder, name, plugins) {
  const build = await rolldown({
    input: join(root, 'src/sandbox/server/app.ts'),
    cwd: root,
    plugins: [...plugins, rawText, folderText],
    platform: 'node',
  });
  await build.write({ dir: join(folder, name), format: 'esm', entryFileNames: 'app.mjs' });
  await build.close();
  return (await import(pathToFileURL(join(folder, name, 'app.mjs')).href)).createSandbox;
}

async function throughput(rounds, watched, unwatched) {
  const [calm, busy] = [await readerOf(unwatched), await readerOf(watched)];
  const without = 'without audit';
  const stop = () => [calm, busy].map((one) => one.stop());
  return race({
    title: 'Sandbox: pages of 50, one after the other',
    unit: 'µs of CPU a page',
    rounds,
    baseline: without,
    contestants: [
      { name: without, measure: () => timeOf(calm) },
      { name: 'with audit', measure: () => timeOf(busy), bar: 1.1 },
    ],
  }).finally(stop);
}

/** How long other work waits while a verdict is made, at most. */
async function pause(rounds, createSandbox) {
  const { sandbox, read, stop } = await readerOf(createSandbox);
  for (let done = 0; done < many; done++) await read();
  const at = 'a page, answered meanwhile';
  return race({
    title: `Sandbox: a verdict on ${many.toLocaleString('en')} requests`,
    unit: 'ms without an answer',
    rounds,
    baseline: 'all of it at once',
    contestants: [
      {
        name: 'all of it at once',
        async measure() {
          await read();
          const startedAt = performance.now();
          sandbox.audit();
          return performance.now() - startedAt;
        },
      },
      {
        name: at,
        async measure() {
          await read();
          let [longest, last, isMade] = [0, performance.now(), false];
          const made = sandbox.control.do('audit', {}).then(() => {
            isMade = true;
          });
          while (!isMade) {
            await turn();
            longest = Math.max(longest, performance.now() - last);
            last = performance.now();
          }
          await made;
          return longest;
        },
        bar: 0.5,
      },
    ],
  }).finally(stop);
}

/** CPU time: what else runs on the machine would be in the time that passes. */
async function timeOf({ read }) {
  const before = process.cpuUsage();
  for (let done = 0; done < requests; done++) await read();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

/** A sandbox with a login, and a function that reads the next page of a list. */
async function readerOf(createSandbox) {
  const clock = { now: Date.now, monotonic: () => performance.now(), sleep: () => new Promise(() => undefined) };
  const sandbox = createSandbox({ clock, hasRateLimits: false, participants: 2_000, controlKey: key });
  const { access_token: token } = await sandbox.control.do('login', { kind: 'installation' });
  let cursor = '';
  const server = createServer(async ({ method, url, rawHeaders }, response) => {
    const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]]] : []));
    const answer = await sandbox.exchange({ method, url, headers, body: new Uint8Array() });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const list = `http://127.0.0.1:${server.address().port}/api/v1/events/${sandbox.eventId}/participants?limit=50`;
  const read = async () => {
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.revento.v1+json',
      'X-Revento-Request-Id': crypto.randomUUID(),
    };
    const text = await new Promise((resolve, reject) => {
      const sent = request(`${list}${cursor}`, { agent, headers }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve(body) : reject(new Error(`a page was answered ${answer.statusCode}`)),
        );
      });
      sent.once('error', reject).end();
    });
    const found = /"next_cursor":"([^"]+)"/.exec(text.slice(-400));
    cursor = found === null ? '' : `&cursor=${encodeURIComponent(found[1])}`;
  };
  const stop = () => {
    agent.destroy();
    server.close();
  };
  return { sandbox, read, stop };
}

await runAlone(import.meta, run);
