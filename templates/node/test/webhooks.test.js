import './settings.js';
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { config } from '../config.js';
import { fileName } from '../files.js';
import { participants, sync, work } from '../mirror.js';
import { loginFor, store } from '../tokens.js';
import { receive, workDeliveries } from '../webhooks.js';

const secret = process.env.REVENTO_WEBHOOK_SECRET;
const now = () => Math.floor(Date.now() / 1000);

function delivery({ body = '{"id":"1","type":"x","data":{}}', key = secret, timestamp = `${now()}` } = {}) {
  const mac = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex');
  const headers = {
    'x-revento-event': 'x',
    'x-revento-delivery-id': randomUUID(),
    'x-revento-timestamp': timestamp,
    'x-revento-signature': `sha256=${mac}`,
  };
  return [headers, Buffer.from(body)];
}

test('a genuine delivery is accepted, and so is its repeat', async () => {
  const once = delivery();
  assert.equal(await receive(...once), 204);
  assert.equal(await receive(...once), 204);
});

for (const [name, status, sent] of [
  ['signed with another secret', 401, delivery({ key: 'another' })],
  ['six minutes old', 401, delivery({ timestamp: `${now() - 360}` })],
  ['from six minutes ahead', 401, delivery({ timestamp: `${now() + 360}` })],
  ['with a timestamp that is not a number', 401, delivery({ timestamp: 'today' })],
  ['without any headers', 401, [{}, Buffer.from('{}')]],
  ['signed, but not JSON', 400, delivery({ body: 'hello' })],
  ['signed, but null', 400, delivery({ body: 'null' })],
  ['signed, but without a type', 400, delivery({ body: '{}' })],
]) {
  test(`a delivery ${name} gets ${status}`, async () => assert.equal(await receive(...sent), status));
}

test('a delivery with one byte changed is refused', async () => {
  const [headers, body] = delivery();
  assert.equal(await receive(headers, Buffer.concat([body, Buffer.from('\n')])), 401);
});

test('a header cannot end a login: the type is that of the body, which is signed', async () => {
  await store({ event_id: 'evt_kept', organization_id: 'org_1', access_token: 'a1', refresh_token: 'r1', scope: '' });
  const [headers, body] = delivery({ body: '{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}' });
  assert.equal(await receive({ ...headers, 'x-revento-event': 'data.deletion_required' }, body), 204);
  assert.equal((await loginFor('evt_kept')).access_token, 'a1');
});

test('files that cannot be read do not hold up deliveries, nor the rest of a mirror', async () => {
  const inbox = join(config.dataDir, 'inbox');
  const mirror = join(config.dataDir, 'participants', fileName('evt_damaged'));
  for (const directory of [join(inbox, 'a directory.sealed'), mirror]) await mkdir(directory, { recursive: true });
  for (const path of [join(inbox, 'damaged.sealed'), join(mirror, 'damaged.sealed')]) await writeFile(path, 'damaged');
  const [headers, body] = delivery();
  await receive(headers, body);
  await new Promise((resolve) => {
    workDeliveries(async (_event, id) => id === headers['x-revento-delivery-id'] && resolve());
  });
  assert.deepEqual(await participants('evt_damaged'), []);
});

test('a delivery is not worked where nobody can know whether it was', {
  skip: process.platform === 'win32' && 'only administrators may make links there',
}, async () => {
  const [headers, body] = delivery();
  const mark = join(config.dataDir, 'worked', fileName(headers['x-revento-delivery-id']));
  await mkdir(dirname(mark), { recursive: true });
  await symlink(mark, mark);
  await assert.rejects(receive(headers, body), { code: 'ELOOP' });
});

test('a type that is not known yet changes nothing, whatever its data is', async () => {
  for (const type of ['participant.merged', 'application.moved', 'thread.updated']) {
    for (const data of [{}, null, []]) await work({ type, event_id: 'evt_unknown', data }, type);
  }
  assert.deepEqual(await participants('evt_unknown'), []);
});

test('a delivery is older than a sync by the time of the review, whatever the clock here says', async (context) => {
  const row = '{"id":"p1","application_status":"rejected","last_reviewed_at":"2026-01-02T10:00:00.500Z"}';
  const page = `{"data":[${row}],"has_more":false}`;
  const server = createServer((_request, response) => response.end(page)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { apiBase } = config;
  config.apiBase = `http://127.0.0.1:${server.address().port}`;
  context.after(() => {
    config.apiBase = apiBase;
    server.close();
  });
  const ids = { event_id: 'evt_delayed', organization_id: 'org_1' };
  await store({ ...ids, access_token: 'a1', refresh_token: 'r1', scope: 'participants.read' });
  await sync('evt_delayed');
  const deliver = async (id, occurred_at, application_status) => {
    await work({ ...ids, type: 'participant.updated', occurred_at, data: { id, application_status } }, occurred_at);
    return (await participants('evt_delayed')).find((row) => row.id === 'p1').application_status;
  };
  assert.equal(await deliver('p1', '2026-01-02T09:59:59Z', 'approved'), 'rejected');
  assert.equal(await deliver('p1', '2026-01-02T10:00:01Z', 'approved'), 'approved');
  // The next read is newer than a delivery that it follows, whomever that was about.
  await deliver('p2', '2026-01-02T12:00:00Z', 'pending');
  await sync('evt_delayed');
  assert.equal(await deliver('p1', '2026-01-02T11:00:00Z', 'approved'), 'rejected');
  assert.equal(await deliver('p1', '2026-01-02T13:00:00Z', 'approved'), 'approved');
});

test('a signed event without the ids or the time that it must have is left alone', async () => {
  const ids = { event_id: 'evt_odd', organization_id: 'org_1', occurred_at: '2026-01-02T10:00:00Z' };
  for (const type of ['participant.registered', 'application.approved']) {
    for (const name of Object.keys(ids)) {
      for (const odd of [null, undefined, 7, {}, ['evt_odd']]) {
        await work({ type, ...ids, data: { id: 'p1', participant_id: 'p1' }, [name]: odd }, `${name} ${odd}`);
        assert.deepEqual(await participants('evt_odd'), []);
      }
    }
  }
});
