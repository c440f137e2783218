// The whole integration at a sandbox: revento sandbox exec … -- npm test
import './settings.js';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const { REVENTO_SANDBOX_KEY: key, REVENTO_AUTH_BASE: sandbox, REVENTO_REDIRECT_URI, SANDBOX_EVENT_ID } = process.env;
const { origin, port } = new URL(REVENTO_REDIRECT_URI);
process.env.PORT = port;

async function control(path, body = {}) {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${sandbox}/_sandbox/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

const sync = () => fetch(`${origin}/sync?event=${SANDBOX_EVENT_ID}`, { method: 'POST' });
const participants = async () => (await (await fetch(`${origin}/participants`)).json()).data;

async function until(holds) {
  for (let left = 200; left > 0; left--) {
    if (await holds()) return;
    await sleep(25);
  }
  assert.fail('it did not happen');
}

test('connects, reads, hears of changes, refreshes once, and forgets', {
  skip: !key && 'needs a sandbox',
}, async () => {
  const { serve } = await import('../app.js');
  const server = await serve();
  after(() => server.close());

  const start = await fetch(`${origin}/connect`, { redirect: 'manual' });
  const consent = await fetch(start.headers.get('location'), { redirect: 'manual' });
  const cookie = start.headers.get('set-cookie').split(';')[0];
  assert.equal((await fetch(consent.headers.get('location'))).status, 400, 'another browser is refused');
  assert.equal((await fetch(consent.headers.get('location'), { headers: { cookie } })).status, 200);

  assert.equal((await sync()).status, 200);
  const before = await participants();
  assert.ok(before.length > 30);

  const { happened } = await control('/do', { action: 'apply' });
  await until(async () => (await participants()).length === before.length + 1);
  assert.equal(happened.length, 1);

  await control('/clock/advance', { ms: 3_700_000 });
  const answers = await Promise.all(Array.from({ length: 20 }, sync));
  assert.ok(answers.every(({ status }) => status === 200));

  await control('/revoke');
  await until(async () => (await participants()).length === 0);
  assert.equal((await sync()).status, 409);
});
