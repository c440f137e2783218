// npx jest
const { startSandbox } = require('revento/sandbox');

let app;
let sandbox;

beforeEach(async () => {
  const { Attendees } = await import('../app/attendees.mjs');
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
    expect(delivery.state).toBe('delivered');
    expect(app.status.get(happening.subject.id)).toBe('approved');
  });

  it('gets a delivery again after it has failed, without waiting', async () => {
    app.isDown = true;
    const [{ happening, delivery }] = await sandbox.do('reject');
    expect(delivery.attempts.length).toBe(1);
    app.isDown = false;
    await sandbox.clock.advance('10s');
    expect(app.status.get(happening.subject.id)).toBe('rejected');
  });

  it('reads everybody, over an answer of 503', async () => {
    const { access_token: token } = await sandbox.login();
    await sandbox.faults.add('api:503x1');
    await app.sync(token);
    expect(app.status.size).toBe(42);
    expect(sandbox.requests.filter(({ status }) => status === 503).length).toBe(1);
  });

  it('refuses a delivery that somebody else has signed', async () => {
    await sandbox.faults.add('webhook:signaturex1');
    const [{ delivery }] = await sandbox.do('approve');
    expect(delivery.attempts[0].status).toBe(401);
  });
});
