import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { headerOf, integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const key = randomBytes(24).toString('hex');
const trigger = '{"type":"activity.updated"}';

/** A sandbox with a handler that counts what it gets, and its control API. */
function setUp(faults: readonly string[] = []) {
  let received = 0;
  const sandbox = createSandbox({
    clock: fakeClock(),
    hasAutoConsent: true,
    controlKey: key,
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      send: async () => {
        received++;
        return { status: 204, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  const control = (path: string, body: unknown = {}) =>
    app.send('POST', `/_sandbox/v1${path}`, [['Authorization', `Bearer ${key}`]], JSON.stringify(body));
  return { app, control, ready: control('/faults', { add: faults }), received: () => received };
}

describe('the control API', () => {
  it.each([
    ['no key', []],
    ['a wrong key', [['Authorization', 'Bearer wrong']]],
    ['the client secret', [['Authorization', 'Bearer secret']]],
    [
      'a web page, whatever it knows',
      [
        ['Authorization', `Bearer ${key}`],
        ['Origin', 'http://evil.example'],
      ],
    ],
    [
      'its own pages',
      [
        ['Authorization', `Bearer ${key}`],
        ['Origin', 'http://127.0.0.1:4010'],
      ],
    ],
    [
      'a page without an origin',
      [
        ['Authorization', `Bearer ${key}`],
        ['Origin', 'null'],
      ],
    ],
  ] as const)('is closed to %s', async (_what, headers) => {
    const { app, received } = setUp();
    const response = await app.send('POST', '/_sandbox/v1/trigger', headers, trigger);
    expect(response.status).toBe(403);
    expect(headerOf(response, 'Access-Control-Allow-Origin')).toBeNull();
    expect(received()).toBe(0);
  });

  it('does not exist without a key', async () => {
    const app = integrationOf(createSandbox({ clock: fakeClock() }));
    expect((await app.send('POST', '/_sandbox/v1/reset', [['Authorization', 'Bearer ']])).status).toBe(404);
  });

  it('says so when there is no URL to send to', async () => {
    const app = integrationOf(createSandbox({ clock: fakeClock(), controlKey: key }));
    const headers = [['Authorization', `Bearer ${key}`]] as const;
    const response = await app.send('POST', '/_sandbox/v1/trigger', headers, trigger);
    expect([response.status, jsonOf(response)['error']]).toEqual([409, 'no_webhook_url']);
  });

  it('resets logins, limits and faults, and keeps the credentials', async () => {
    const { app, control } = setUp();
    const { access_token: token } = await app.login();
    await control('/reset');
    expect(jsonOf(await app.api('/events/evt_test_published', token))['error']).toBe('invalid_token');
    const { access_token: fresh } = await app.login();
    expect((await app.api('/events/evt_test_published', fresh)).status).toBe(200);
  });

  it('can keep the logins when it resets', async () => {
    const { app, control } = setUp();
    const { access_token: token } = await app.login();
    for (let i = 0; i < 31; i++) await app.api('/events/evt_test_published', token);
    await control('/reset', { keep_logins: true });
    expect((await app.api('/events/evt_test_published', token)).status).toBe(200);
  });

  it.each(['not json', '[]', '"text"', 'null'])('refuses the body %s', async (body) => {
    const { app } = setUp();
    const response = await app.send('POST', '/_sandbox/v1/trigger', [['Authorization', `Bearer ${key}`]], body);
    expect([response.status, jsonOf(response)['error']]).toEqual([400, 'validation_error']);
  });

  it.each([
    ['/trigger', {}, '"type" is missing'],
    ['/trigger', { type: 5 }, '"type" must be string, not 5'],
    ['/trigger', { type: 'a\r\nX-Evil: 1' }, '"type" must be a word such as application.approved'],
    ['/reset', { keep_login: true }, '"keep_login" is not a parameter of this operation'],
    ['/clock/set', { to: 'noon' }, '"to" must be a time such as 2027-06-10T09:00:00Z'],
    ['/do', { action: 'approve', ids: [] }, '"ids" must name at least one subject, or be left out'],
    ['/faults', { add: ['api:500', 7] }, '"add.1" must be string, not 7'],
    ['/revoke', { kind: 'organizer' }, '"kind" must be ("installation" | "user"), not "organizer"'],
  ])('%s refuses %j and says why', async (path, body, message) => {
    const { control } = setUp();
    expect(jsonOf(await control(path, body))).toMatchObject({ error: 'validation_error', message });
  });

  it.each([
    ['DELETE', '/faults', 'GET, POST'],
    ['GET', '/trigger', 'POST'],
  ])('refuses %s %s and names the method', async (method, path, allowed) => {
    const { app } = setUp();
    const response = await app.send(method, `/_sandbox/v1${path}`, [['Authorization', `Bearer ${key}`]]);
    expect([response.status, headerOf(response, 'Allow')]).toEqual([405, allowed]);
  });

  it.each(['/nothing', '/trigger/', '/deliveries/a/b', ''])('has no operation at %j', async (path) => {
    const { control } = setUp();
    expect((await control(path)).status).toBe(404);
  });
});
