// Several processes that share the data directory.
import './settings.js';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { config } from '../config.js';
import { fileName, namesIn, writeSealed } from '../files.js';
import { alone } from '../lock.js';
import { participants, work } from '../mirror.js';
import { deletion, end, LoginEnded, loginFor, refreshed, store } from '../tokens.js';

const connection = (event_id) => ({ event_id, organization_id: 'org_1' });
const tokens = { access_token: 'a1', refresh_token: 'r1', scope: '' };
const approved = (event_id, data) => ({
  ...connection(event_id),
  type: 'participant.updated',
  occurred_at: '2026-05-01T12:00:00Z',
  data,
});

/** Runs a program in a process; its status and signal. */
async function run(program, number = 0, before = []) {
  const here = new URL('..', import.meta.url).href;
  const words = [...before, process.execPath, '--input-type=module', '-e', program.replaceAll('./', here), `${number}`];
  return once(spawn(words[0], words.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
}

/** Runs a program in two processes at once, which get their number. */
async function runTwice(program) {
  assert.deepEqual(await Promise.all([run(program, 0), run(program, 1)]), [
    [0, null],
    [0, null],
  ]);
}

test('each delivery is worked once, one at a time', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `delivery ${index}`);
  for (const [receivedAt, deliveryId] of ids.entries()) {
    const entry = { deliveryId, receivedAt, event: approved('evt_inbox', { id: deliveryId }) };
    await writeSealed(join(config.dataDir, 'inbox'), fileName(deliveryId), entry);
  }
  process.env.WORKED = join(config.dataDir, 'worked.log');
  await runTwice(`
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { config } from './config.js';
    import { namesIn } from './files.js';
    import { workDeliveries } from './webhooks.js';
    workDeliveries(async (event, id) => {
      appendFileSync(process.env.WORKED, 'begin ' + id + '\\n');
      await sleep(2);
      appendFileSync(process.env.WORKED, 'end ' + id + '\\n');
    });
    while ((await namesIn(config.dataDir + '/inbox')).length > 0) await sleep(5);
    process.exit();
  `);
  const expected = ids.flatMap((id) => [`begin ${id}`, `end ${id}`]);
  assert.deepEqual((await readFile(process.env.WORKED, 'utf8')).trim().split('\n'), expected);
});

test('no change of a participant is lost', async () => {
  await runTwice(`
    import { work } from './mirror.js';
    const number = process.argv[1];
    for (let index = 0; index < 20; index++) {
      const data = { id: 'one', ['from ' + number + ', ' + index]: true };
      await work({ ...${JSON.stringify(approved('evt_mirror'))}, data }, number + index);
    }
  `);
  const [one] = await participants('evt_mirror');
  assert.equal(Object.keys(one).length, 1 + 2 * 20);
});

test('a start with another key than that of the stored files is refused', async () => {
  const start = "import { openDataDir } from './files.js'; await openDataDir().catch(() => process.exit(3));";
  assert.deepEqual(await run(start), [0, null]);
  const { REVENTO_TOKEN_KEY: key } = process.env;
  process.env.REVENTO_TOKEN_KEY = Buffer.alloc(32).toString('base64');
  assert.deepEqual(await run(start), [3, null]);
  process.env.REVENTO_TOKEN_KEY = key;
  assert.deepEqual(await run(start), [0, null]);
});

test('a refresh token is not sent, and can be used later, while nothing can be stored', {
  skip: process.platform === 'win32' && 'needs ulimit',
}, async () => {
  await store({ ...connection('evt_full'), ...tokens });
  const login = await loginFor('evt_full');
  const program = `
    import { refreshed } from './tokens.js';
    const sent = () => process.exit(4);
    await refreshed(${JSON.stringify(login)}, sent).catch(({ code }) => process.exit(code === 'EFBIG' ? 3 : 5));
  `;
  assert.deepEqual(await run(program, 0, ['sh', '-c', 'ulimit -f 0 && exec "$@"', 'sh']), [3, null]);
  const left = await namesIn(join(config.dataDir, 'logins'));
  assert.ok(left.every((name) => name.endsWith('.sealed')));
  const request = async () => ({ access_token: 'a2', refresh_token: 'r2' });
  assert.equal((await refreshed(login, request)).access_token, 'a2');
});

test('a lock is free after its process was killed', async () => {
  const killed = await run(`
    import { alone } from './lock.js';
    await alone('a lock', () => process.kill(process.pid, 'SIGKILL'));
  `);
  assert.deepEqual(killed, [null, 'SIGKILL']);
  assert.equal(await alone('a lock', async () => 'free'), 'free');
});

test('nobody can take a lock beforehand without the key', {
  skip: process.platform !== 'linux' && 'elsewhere locks are files, or pipes',
}, async (context) => {
  await mkdir(config.dataDir, { recursive: true });
  const guessed = `\0revento-${fileName(await realpath(config.dataDir), 'a guarded lock')}`;
  const server = createServer().listen({ path: guessed });
  context.after(() => server.close());
  await once(server, 'listening');
  assert.equal(await alone('a guarded lock', async () => 'free'), 'free');
});

test('a refresh token that a killed process has sent is not sent again', async () => {
  await store({ ...connection('evt_killed'), ...tokens });
  const login = await loginFor('evt_killed');
  const program = `
    import { refreshed } from './tokens.js';
    await refreshed(${JSON.stringify(login)}, () => process.kill(process.pid, 'SIGKILL'));
  `;
  assert.deepEqual(await run(program), [null, 'SIGKILL']);
  await assert.rejects(
    refreshed(login, () => assert.fail('it was sent')),
    LoginEnded,
  );
});

test('two processes refresh once', async () => {
  await store({ ...connection('evt_many'), ...tokens });
  process.env.SENT = join(config.dataDir, 'sent.log');
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { refreshed } from './tokens.js';
    const login = ${JSON.stringify(await loginFor('evt_many'))};
    const { access_token } = await refreshed(login, async () => {
      appendFileSync(process.env.SENT, 'sent\\n');
      await sleep(20);
      return { access_token: 'a2', refresh_token: 'r2' };
    });
    process.exit(access_token === 'a2' ? 0 : 3);
  `;
  await runTwice(program);
  assert.equal(await readFile(process.env.SENT, 'utf8'), 'sent\n');
});

test('the mirror is kept when a refresh was lost, and ends with a deletion', async () => {
  const connected = connection('evt_kept');
  const held = async () => (await participants('evt_kept')).map(({ id }) => id).sort();
  await store({ ...connected, ...tokens });
  await end(connected, 'a refresh was never answered');
  await work(approved('evt_kept', { id: 'one' }), 'one');
  assert.deepEqual(await held(), ['one']);

  await end(connected, deletion);
  await work({ ...approved('evt_kept', {}), type: deletion }, 'two');
  await work(approved('evt_kept', { id: 'three' }), 'three');
  assert.deepEqual(await held(), []);

  await store({ ...connected, ...tokens });
  await work(approved('evt_kept', { id: 'four' }), 'four');
  assert.deepEqual(await held(), ['four']);
});
