import './settings.js';
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { config } from '../config.js';
import { LoginEnded, loginFor, refreshed, seal, store, unseal } from '../tokens.js';

const login = (event_id) => ({
  event_id,
  organization_id: 'org_1',
  access_token: 'a1',
  refresh_token: `r1 of ${event_id}`,
  scope: '',
});

test('tokens are encrypted on disk', async () => {
  await store(login('evt_sealed'));
  const directory = join(config.dataDir, 'logins');
  for (const file of await readdir(directory))
    assert.ok(!(await readFile(join(directory, file))).includes('evt_sealed'));
  assert.equal((await loginFor('evt_sealed')).access_token, 'a1');
});

test('a sealed value opens under its own name only', () => {
  const sealed = seal({ a: 1 }, 'one');
  assert.deepEqual(unseal(sealed, 'one'), { a: 1 });
  assert.throws(() => unseal(sealed, 'another'));
  sealed[sealed.length - 1] ^= 1;
  assert.throws(() => unseal(sealed, 'one'));
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
