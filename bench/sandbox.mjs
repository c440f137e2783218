// The sandbox: the time until it is ready, as a ratio to starting Node itself; and the time for a page of a list with
// 100,000 participants after 10,000 changes, compared with none.
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { race, runAlone, timeOf } from './kit.mjs';
import { cleanEnv, startSandbox } from './read/rig.mjs';

export const title = 'Sandbox';

const people = 100_000;
const happenings = 10_000;
/** Pages per round, spread over the list. */
const pages = 100;
const bare = 'node -e 0';

export async function run({ rounds = 20 } = {}) {
  return [await startUp(rounds), await lists(rounds)];
}

/** From spawn to the `ready` line. */
async function startUp(rounds) {
  const home = await mkdtemp(join(tmpdir(), 'revento-bench-'));
  const env = { ...cleanEnv(), REVENTO_CONFIG_DIR: join(home, 'config'), HOME: home };
  const ready = (name, args) => ({
    name: `revento ${name}`,
    bar: 4.5,
    async measure() {
      const startedAt = process.hrtime.bigint();
      const sandbox = await startSandbox(args, env);
      const took = Number(process.hrtime.bigint() - startedAt) / 1e6;
      await sandbox.stop();
      return took;
    },
  });
  try {
    return await race({
      title: 'Sandbox: start to ready',
      rounds,
      baseline: bare,
      contestants: [
        { name: bare, measure: () => timeOf({ name: bare, command: [execPath, '-e', '0'] }) },
        ready('sandbox start --fresh', ['--fresh']),
        ready('sandbox start, from the saved state', []),
        ready(`sandbox start --fresh --participants ${people}`, ['--fresh', '--participants', `${people}`]),
      ],
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Pages of participants and activities, from a sandbox with many changes and from one without. */
async function lists(rounds) {
  const before = 'nothing has happened';
  const after = `${happenings.toLocaleString('en')} happenings`;
  const handler = await openHandler();
  const [calm, busy] = await Promise.all([openSandbox(handler.url), openSandbox(handler.url)]);
  try {
    await makeHappen(busy);
    const pairs = [before, after].map((name, index) => ({
      name,
      measure: () => timeOfPages([calm, busy][index]),
      ...(index === 1 && { bar: 1.2 }),
    }));
    const number = people.toLocaleString('en');
    return await race({
      title: `Sandbox: a page of 50 out of ${number} participants`,
      rounds,
      baseline: before,
      contestants: pairs,
    });
  } finally {
    await Promise.all([calm, busy].map(({ stop }) => stop()));
    handler.stop();
  }
}

/** Acknowledges every delivery, so that none waits for a retry while pages are measured. */
async function openHandler() {
  const server = createServer((delivery, answer) => delivery.resume().once('end', () => answer.writeHead(204).end()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

async function openSandbox(webhookUrl) {
  const home = await mkdtemp(join(tmpdir(), 'revento-bench-'));
  const env = { ...cleanEnv(), REVENTO_CONFIG_DIR: join(home, 'config'), HOME: home };
  const args = ['--participants', `${people}`, '--no-rate-limit', '--webhook-url', webhookUrl];
  const { ready, stop } = await startSandbox(args, env);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const key = createHmac('sha256', ready.client_secret)
    .update(`revento sandbox control\0${ready.client_id}`)
    .digest('base64url');
  const control = (path, body) => send(`${ready.auth_base}/_sandbox/v1${path}`, { token: key, body });
  const { access_token: token } = await control('/login', { kind: 'installation' });
  const list = `${ready.api_base}/events/${ready.event_id}/participants?limit=50`;
  const page = (cursor) => send(`${list}${cursor}`, { agent, token });
  const sandbox = { control, page, cursors: [] };
  sandbox.cursors = await cursorsOf(sandbox);
  return {
    ...sandbox,
    async stop() {
      agent.destroy();
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Offsets in the list, from its start to its end. */
async function cursorsOf({ page }) {
  const all = [];
  for (let cursor = ''; cursor !== null; ) {
    all.push(cursor);
    const { next_cursor: next } = await page(cursor);
    cursor = next === null ? null : `&cursor=${encodeURIComponent(next)}`;
  }
  const step = Math.floor(all.length / pages);
  return all.filter((_cursor, index) => index % step === 0).slice(0, pages);
}

/** Applications, reviews and edits, the last two spread over the existing participants. */
async function makeHappen({ control, page, cursors }) {
  const ids = [];
  for (const cursor of cursors) ids.push(...(await page(cursor)).data.map(({ id }) => id));
  for (let done = 0; done < happenings; ) {
    const batch = ids.slice(done % ids.length, (done % ids.length) + 500);
    for (const body of [{ action: 'edit-profile', ids: batch }, ...Array(10).fill({ action: 'apply' })]) {
      done += (await control('/do', body)).happened.length;
    }
  }
  // Deliveries in progress would slow down the pages.
  while ((await control('/status')).deliveries.pending > 0) await sleep(100);
}

async function timeOfPages({ page, cursors }) {
  const startedAt = process.hrtime.bigint();
  for (const cursor of cursors) await page(cursor);
  return Number(process.hrtime.bigint() - startedAt) / 1e6 / cursors.length;
}

function send(url, { agent, token, body }) {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    // No agent for a POST: it would fail on a keep-alive connection that the server has closed.
    const sent = request(
      url,
      { agent: agent ?? false, headers, method: body === undefined ? 'GET' : 'POST' },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${url} was answered ${answer.statusCode}: ${text}`));
        });
      },
    );
    sent.once('error', (error) => reject(new Error(`${url}: ${error.message}`)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

await runAlone(import.meta, run);
