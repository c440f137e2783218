// node --test
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startSandbox } from 'revento/sandbox';
import { Attendees } from '../app/attendees.mjs';

let app;
let sandbox;

beforeEach(async () => {
  app = new Attendees();
  sandbox = await startSandbox({ webhookUrl: await app.start() });
  app.use(sandbox.env);
});
afterEach(async () => {
  await sandbox.close();
  await app.stop();
});

describe('an integration', () => {
  it('learns of an approval by a webhook', async () => {
    const [{ happening, delivery }] = await sandbox.do('approve');
    assert.equal(delivery.state, 'delivered');
    assert.equal(app.status.get(happening.subject.id), 'approved');
  });

  it('gets a delivery again after it has failed, without waiting', async () => {
    app.isDown = true;
    const [{ happening, delivery }] = await sandbox.do('reject');
    assert.equal(delivery.attempts.length, 1);
    app.isDown = false;
    await sandbox.clock.advance('10s');
    assert.equal(app.status.get(happening.subject.id), 'rejected');
  });

  it('reads everybody, over an answer of 503', async () => {
    const { access_token: token } = await sandbox.login();
    await sandbox.faults.add('api:503x1');
    await app.sync(token);
    assert.equal(app.status.size, 42);
    assert.equal(sandbox.requests.filter(({ status }) => status === 503).length, 1);
  });

  it('refuses a delivery that somebody else has signed', async () => {
    await sandbox.faults.add('webhook:signaturex1');
    const [{ delivery }] = await sandbox.do('approve');
    assert.equal(delivery.attempts[0].status, 401);
  });
});
