// Answers that no API should give, and the end of a process.
import './settings.js';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { after, test } from 'node:test';

const login = { event_id: 'evt_api', organization_id: 'org_1', access_token: 'a1', refresh_token: 'r1', scope: '' };

/** Gives an answer to each request. */
let handle;
const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const base = `http://127.0.0.1:${server.address().port}`;
const env = { ...process.env, REVENTO_API_BASE: `${base}/api/v1`, REVENTO_AUTH_BASE: base };

/** Runs a program in a process that has the login; what it prints that is not a line of the log. */
async function printed(program, words = ['--input-type=module', '-e', program]) {
  const here = new URL('..', import.meta.url).href;
  const child = spawn(
    process.execPath,
    words.map((word) => word.replaceAll('./', here)),
    {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text.split('\n').filter((line) => line && !line.startsWith('{'));
}

/** What comes of a read whose pauses take no time. */
const read = () =>
  printed(`
    import { syncBuiltinESMExports } from 'node:module';
    import timers from 'node:timers/promises';
    timers.setTimeout = async (ms) => {
      if (ms < 20_000) return;
      console.log(Math.ceil(ms / 60_000) + ' minutes');
      process.exit();
    };
    syncBuiltinESMExports();
    const { store } = await import('./tokens.js');
    await store(${JSON.stringify(login)});
    const { get } = await import('./api.js');
    await get('evt_api', '/events/evt_api').catch(({ message }) => console.log(message));
  `);

test('a failure does not quote an answer that is not JSON', async () => {
  handle = (_request, response) => response.end('Ada Lovelace');
  assert.match((await read()).join(), /^unexpected_answer \(200\), request [\da-f-]{36}$/);
});

test('a redirect is not followed: the token is for one host', async () => {
  let asked = 0;
  handle = (_request, response) => {
    asked++;
    response.writeHead(302, { Location: `${base}/elsewhere` }).end();
  };
  assert.match((await read()).join(), /^unexpected_answer \(302\), request/);
  assert.equal(asked, 1);
});

test('a refresh after the last try does not make a read try forever', async () => {
  let asked = 0;
  handle = ({ url }, response) => {
    if (url === '/oauth/token') return response.end('{"access_token":"a2","refresh_token":"r2"}');
    asked++;
    return asked === 5 ? response.writeHead(401).end('{"error":"token_expired"}') : response.writeHead(500).end('{}');
  };
  assert.match((await read()).join(), /^unexpected_answer \(500\), request/);
  assert.equal(asked, 6);
});

test('blanks are not a second signing secret', async () => {
  env.REVENTO_WEBHOOK_SECRET_PREVIOUS = ' ';
  const lines = await printed("import { config } from './config.js'; console.log(config.webhookSecrets.length);");
  delete env.REVENTO_WEBHOOK_SECRET_PREVIOUS;
  assert.deepEqual(lines, ['1']);
});

test('a login without a scope may read the event only', async () => {
  handle = (_request, response) => response.end('{"title":"An event"}');
  const lines = await printed(`
    const { store } = await import('./tokens.js');
    const { scope, ...login } = ${JSON.stringify(login)};
    await store(login);
    const { sync } = await import('./mirror.js');
    console.log((await sync('evt_api')).participants);
  `);
  assert.deepEqual(lines, ['not permitted']);
});

test('a page that is none, or does not say whether more rows follow, fails the sync and says which answer it was', async () => {
  const odd = [
    '{"data":[{"id":"p1"}]}',
    '{"data":[{"id":"p1"}],"has_more":null}',
    '{"data":[{"id":"p1"}],"has_more":"no"}',
    '{"data":[{"id":"p1"}],"has_more":true}',
    '{"data":[{"id":"p1"}],"has_more":true,"next_cursor":5}',
    '{"data":{},"has_more":false}',
    '{"data":["p1"],"has_more":false}',
    '{"data":[null],"has_more":false}',
  ];
  const left = [...odd];
  handle = ({ url }, response) => response.end(url.includes('/participants') ? left.shift() : '{"title":"An event"}');
  const lines = await printed(`
    const { store } = await import('./tokens.js');
    const { participants, sync, work } = await import('./mirror.js');
    const login = ${JSON.stringify({ ...login, scope: 'participants.read' })};
    await store(login);
    await work({ ...login, type: 'participant.joined', occurred_at: '', data: { id: 'p0' } }, 'one');
    for (let left = ${odd.length}; left > 0; left--) {
      const outcome = await sync('evt_api').then(() => 'read', ({ message }) => message);
      console.log(outcome.replace(/[\\da-f-]{36}/, 'ID'));
    }
    console.log((await participants('evt_api')).map(({ id }) => id).join());
  `);
  assert.deepEqual(lines, [...odd.map(() => 'unexpected_answer (200), request ID'), 'p0']);
});

test('a pause that the API asks for takes an hour at most', async () => {
  handle = (_request, response) => response.writeHead(429, { 'Retry-After': '99999999999' }).end('{}');
  assert.deepEqual(await read(), ['60 minutes']);
});

test('a process that stops ends the refresh that runs, begins no other, and waits for nothing else', async () => {
  const lines = await printed(`
    const { refreshed, store, loginFor, stopRefreshes } = await import('./tokens.js');
    const { alone } = await import('./lock.js');
    const [one, other] = ['evt_runs', 'evt_late'].map((event_id) => ({ ...${JSON.stringify(login)}, event_id }));
    await Promise.all([one, other].map(store));
    alone('inbox', () => new Promise(() => {}));
    const answer = await new Promise((asked) => {
      refreshed(one, () => new Promise((resolve) => asked(resolve)));
    });
    const stopped = stopRefreshes().then(() => console.log('stopped'));
    await refreshed(other, () => console.log('sent')).catch(() => console.log('refused'));
    answer({ access_token: 'a2', refresh_token: 'r2' });
    await stopped;
    console.log((await loginFor('evt_runs')).access_token);
    process.exit();
  `);
  assert.deepEqual(lines, ['refused', 'stopped', 'a2']);
});

test('a process that gets SIGTERM ends after its refresh, which nobody waits for anymore', {
  skip: process.platform === 'win32' && 'needs signals',
}, async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  await printed(`import { store } from './tokens.js'; await store(${JSON.stringify(login)});`);

  const asked = new Promise((resolve) => {
    handle = (request, response) => {
      if (request.url === '/oauth/token') resolve(response);
      else response.writeHead(401).end('{"error":"token_expired"}');
    };
  });
  const app = spawn(process.execPath, [new URL('../app.js', import.meta.url).pathname], {
    env: { ...env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(app, 'close');
  await new Promise((resolve) => app.stdout.on('data', (chunk) => `${chunk}`.includes('"listening"') && resolve()));
  const client = new AbortController();
  const url = `http://127.0.0.1:${port}/sync?event=evt_api`;
  const gone = fetch(url, { method: 'POST', signal: client.signal }).catch(() => 'gone');
  const response = await asked;
  client.abort();
  assert.equal(await gone, 'gone');
  const busy = connect(port, '127.0.0.1');
  const head = 'POST /webhooks/revento HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n';
  busy.write(`${head}Expect: 100-continue\r\n\r\n`);
  assert.match(`${await once(busy, 'data')}`, /100 Continue/);
  app.kill('SIGTERM');
  const isOpen = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  while (await isOpen());
  // A client that goes on with the connection that it has does not keep the process alive.
  busy.write('{}GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const answers = await busy.setEncoding('latin1').toArray();
  assert.match(answers.join(''), /connection: close[\s\S]*"status":"ok"/i);
  response.end('{"access_token":"a2","refresh_token":"r2"}');
  assert.deepEqual(await closed, [0, null]);
  const found = "import { loginFor } from './tokens.js'; console.log((await loginFor('evt_api')).access_token);";
  assert.deepEqual(await printed(found), ['a2']);
});
