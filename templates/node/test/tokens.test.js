import './settings.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { config } from '../config.js';
import { fileName, openDataDir, pathOf, seal, unseal } from '../files.js';
import { begin, finish, NotConnected, requestTokens } from '../oauth.js';
import { deletion, end, endSpent, LoginEnded, loginFor, refreshed, store } from '../tokens.js';

const directory = join(config.dataDir, 'logins');
const pathOfLogin = ({ event_id, organization_id }) => pathOf(directory, fileName(event_id, organization_id));

const login = (event_id) => ({
  event_id,
  organization_id: 'org_1',
  access_token: 'a1',
  refresh_token: `r1 of ${event_id}`,
  scope: '',
});

test('tokens are encrypted on disk', async () => {
  await store(login('evt_sealed'));
  const files = await readdir(directory);
  assert.equal(files.length, 1);
  for (const file of files) assert.ok(!(await readFile(join(directory, file))).includes('evt_sealed'));
  assert.equal((await loginFor('evt_sealed')).access_token, 'a1');
});

test('a sealed value opens under its own name only', () => {
  const sealed = seal({ a: 1 }, 'one');
  assert.deepEqual(unseal(sealed, 'one'), { a: 1 });
  assert.equal(unseal(sealed, 'another'), undefined);
  sealed[sealed.length - 1] ^= 1;
  assert.equal(unseal(sealed, 'one'), undefined);
});

test('a damaged login counts as none, until the event is connected again', async () => {
  await store(login('evt_damaged'));
  await writeFile(pathOfLogin(login('evt_damaged')), 'damaged');
  await store(login('evt_whole'));
  assert.equal((await loginFor('evt_whole')).access_token, 'a1');
  await assert.rejects(loginFor('evt_damaged'), LoginEnded);
  await store(login('evt_damaged'));
  assert.equal((await loginFor('evt_damaged')).access_token, 'a1');
});

test('a login that cannot be read is a failure, and no reason to connect the event again', async () => {
  await store(login('evt_unreadable'));
  await store(login('evt_beside'));
  // A directory in its place: permissions do not stop root.
  const path = pathOfLogin(login('evt_unreadable'));
  await rename(path, `${path}.aside`);
  await mkdir(path);
  await assert.rejects(loginFor('evt_unreadable'), { code: 'EISDIR' });
  assert.equal((await loginFor('evt_beside')).access_token, 'a1');
  await rm(path, { recursive: true });
  await rename(`${path}.aside`, path);
  assert.equal((await loginFor('evt_unreadable')).access_token, 'a1');
});

test('twenty callers refresh once, and the new tokens are stored before anybody has them', async () => {
  await store(login('evt_single'));
  let requests = 0;
  const request = async () => {
    requests++;
    return { access_token: 'a2', refresh_token: 'r2' };
  };
  const all = await Promise.all(Array.from({ length: 20 }, () => refreshed(login('evt_single'), request)));
  assert.equal(requests, 1);
  assert.ok(all.every(({ access_token }) => access_token === 'a2'));
  assert.equal((await loginFor('evt_single')).refresh_token, 'r2');
});

test('invalid_grant ends the login', async () => {
  await store(login('evt_ended'));
  const request = () => Promise.reject(Object.assign(new Error(), { code: 'invalid_grant' }));
  await assert.rejects(refreshed(login('evt_ended'), request), LoginEnded);
  await assert.rejects(loginFor('evt_ended'), LoginEnded);
});

test('a refresh that Revento never got is sent again', async () => {
  await store(login('evt_unused'));
  const request = () => Promise.reject(Object.assign(new Error(), { code: 'unreachable', isUnused: true }));
  await assert.rejects(refreshed(login('evt_unused'), request));
  const next = await refreshed(login('evt_unused'), async () => ({ access_token: 'a2', refresh_token: 'r2' }));
  assert.equal(next.access_token, 'a2');
});

test('a refresh token that was not sent, because a disk failed after the mark was written, is sent later', {
  skip: process.platform === 'win32' && 'Windows syncs directories by itself',
}, async (context) => {
  await store(login('evt_mark'));
  const handle = await open(directory);
  await handle.close();
  const { sync } = Object.getPrototypeOf(handle);
  const failing = context.mock.method(Object.getPrototypeOf(handle), 'sync', async function () {
    if ((await this.stat()).isDirectory()) throw Object.assign(new Error(), { code: 'EIO' });
    return sync.call(this);
  });
  const unexpected = () => assert.fail('it was sent');
  await assert.rejects(refreshed(login('evt_mark'), unexpected), { code: 'EIO' });
  failing.mock.restore();
  const next = await refreshed(login('evt_mark'), async () => ({ access_token: 'a2', refresh_token: 'r2' }));
  assert.equal(next.access_token, 'a2');
});

test('a refresh token is kept after a refusal or a redirect, and given up where it may be spent', async (context) => {
  const { authBase } = config;
  let answer;
  const server = createServer((_request, response) => {
    const [status, error] = answer;
    response.writeHead(status, { Location: '/elsewhere' }).end(JSON.stringify({ error }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  config.authBase = `http://127.0.0.1:${server.address().port}`;
  context.after(() => {
    config.authBase = authBase;
  });
  const found = [];
  for (answer of [[302], [401, 'invalid_client'], [404], [405], [429], [503], [400, 'invalid_grant'], [200], [500]]) {
    await assert.rejects(requestTokens({}), ({ isUnused }) => {
      found.push([answer[0], isUnused]);
      return true;
    });
  }
  const kept = [302, 401, 404, 405, 429, 503].map((status) => [status, true]);
  assert.deepEqual(found, [...kept, [400, false], [200, false], [500, false]]);
});

test('a refresh does not use a connection that was kept open, and may be closing', async (context) => {
  const { authBase } = config;
  const sockets = new Set();
  const server = createServer(({ socket }, response) => {
    sockets.add(socket);
    response.end('{"access_token":"a2","refresh_token":"r2"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  config.authBase = `http://127.0.0.1:${server.address().port}`;
  context.after(() => {
    config.authBase = authBase;
  });
  const response = await fetch(config.authBase);
  await response.text();
  await requestTokens({});
  await requestTokens({});
  assert.equal(sockets.size, 3);
});

test('a refresh token is kept where no connection was made', async (context) => {
  const { authBase } = config;
  context.after(() => {
    config.authBase = authBase;
  });
  for (const base of ['http://localhost', 'http://255.255.255.255', 'HTTPS://localhost']) {
    config.authBase = `${base}:2`;
    await assert.rejects(requestTokens({}), { code: 'unreachable', isUnused: true });
  }
});

test('an end that comes during a refresh wins, and the new tokens are forgotten', async () => {
  for (const reason of [deletion, 'token_revoked']) {
    const { event_id, organization_id, ...tokens } = login(`evt_${reason}`);
    await store({ event_id, organization_id, ...tokens });
    const request = async () => {
      await end({ event_id, organization_id }, reason);
      return { access_token: 'a2', refresh_token: 'r2' };
    };
    await assert.rejects(refreshed(login(event_id), request), LoginEnded);
    await assert.rejects(loginFor(event_id), LoginEnded);
    const left = unseal(await readFile(pathOfLogin(login(event_id))), fileName(event_id, organization_id));
    assert.deepEqual(left, { event_id, organization_id, ended: reason });
  }
});

test('a refresh token that was sent without an answer is not sent again', async () => {
  await store(login('evt_unanswered'));
  let requests = 0;
  const request = () => {
    requests++;
    return Promise.reject(Object.assign(new Error(), { code: 'unreachable', isUnused: false }));
  };
  await assert.rejects(refreshed(login('evt_unanswered'), request), { code: 'unreachable' });
  await assert.rejects(refreshed(login('evt_unanswered'), request), LoginEnded);
  assert.equal(requests, 1);
});

test('the outcome of an older consent leaves a newer one alone', async () => {
  await store(login('evt_again'));
  const old = await loginFor('evt_again');
  const request = async () => {
    await store({ ...login('evt_again'), access_token: 'new', refresh_token: 'newer' });
    return { access_token: 'a2', refresh_token: 'r2' };
  };
  assert.equal((await refreshed(old, request)).access_token, 'new');
  assert.equal((await endSpent(old, 'token_revoked')).access_token, 'new');
  assert.equal((await loginFor('evt_again')).refresh_token, 'newer');
});

test('the start removes what killed processes left, and nothing that is needed', async () => {
  await store(login('evt_swept'));
  const mirror = join(config.dataDir, 'participants', 'of an event');
  const marks = join(config.dataDir, 'worked');
  for (const path of [mirror, marks]) await mkdir(path, { recursive: true });
  const left = [join(directory, '1.tmp'), join(mirror, '1.tmp'), join(marks, 'old')];
  const needed = [join(directory, '2.tmp'), join(marks, 'new')];
  for (const path of [...left, ...needed]) await writeFile(path, '');
  const current = pathOfLogin(login('evt_swept'));
  for (const path of [...left, current]) await utimes(path, 0, 0);
  await openDataDir();
  assert.deepEqual(left.filter(existsSync), []);
  assert.deepEqual([...needed, current].filter(existsSync), [...needed, current]);
});

/** Until the test ends, Revento gives this answer. */
async function answering(context, answer) {
  const { authBase } = config;
  const server = createServer((_request, response) => response.end(JSON.stringify(answer))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  config.authBase = `http://127.0.0.1:${server.address().port}`;
  context.after(() => {
    config.authBase = authBase;
    server.close();
  });
}

test('tokens are kept whatever comes with them', async (context) => {
  await answering(context, { access_token: 'a2', refresh_token: 'r2', expires_in: 'soon', scope: {}, event_id: [] });
  const spent = { ...login('evt_odd'), scope: 'event.read' };
  await store(spent);
  assert.deepEqual(await refreshed(spent, requestTokens), { ...spent, access_token: 'a2', refresh_token: 'r2' });
});

test('what is not a text is not a token', async (context) => {
  await answering(context, { access_token: {}, refresh_token: 'r2' });
  await assert.rejects(requestTokens({}), { code: 'status 200', isUnused: false });
});

test('tokens that name no event are not stored', async (context) => {
  await answering(context, { access_token: 'a1', refresh_token: 'r1', organization_id: 'org_1', event_id: null });
  const before = await readdir(directory);
  const { url, cookie } = begin('evt_1');
  const query = { code: 'c1', state: new URL(url).searchParams.get('state') };
  await assert.rejects(finish(query, cookie), NotConnected);
  assert.deepEqual(await readdir(directory), before);
});
