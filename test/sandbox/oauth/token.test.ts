import { describe, expect, it } from 'vitest';
import { challengeOf } from '../../../src/auth/sign-in/pkce.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { encode, headerOf, integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const day = 24 * 60 * 60 * 1000;
const setUp = (options: { accessTtlMs?: number } = {}) => {
  const clock = fakeClock();
  const sandbox = createSandbox({ clock, hasAutoConsent: true, ...options });
  return { clock, sandbox, app: integrationOf(sandbox) };
};

describe('a body made to be slow', () => {
  // Any web page may post a form here, so the work must grow with the body and not with its square.
  it('is refused as fast as it was read', async () => {
    const { app } = setUp();
    const names = Array.from({ length: 100_000 }, (_, index) => `${index}=1&${index}=1`).join('&');
    const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
    const answers = await Promise.all([
      app.send('POST', '/oauth/token', form, names),
      app.send('POST', '/oauth/consent', form, names),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  });
});

describe('code exchange', () => {
  it('answers with every documented field', async () => {
    const { app } = setUp();
    const response = await app.exchangeCode(await app.code());
    expect(response.status).toBe(200);
    expect(headerOf(response, 'cache-control')).toBe('no-store');
    expect(jsonOf(response)).toEqual({
      access_token: expect.stringMatching(/^rev_install_[A-Za-z0-9_-]{43}$/),
      refresh_token: expect.stringMatching(/^rev_refresh_[A-Za-z0-9_-]{43}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_expires_in: 7_776_000,
      scope: 'event.read participants.read program.read',
      event_id: 'evt_test_published',
      organization_id: 'org_test_formal',
    });
  });

  it('gives a participant a user token with their id', async () => {
    const { app } = setUp();
    const answer = await app.loginAsUser();
    expect(answer['access_token']).toMatch(/^rev_user_/);
    expect(answer['user_id']).toMatch(/^usr_/);
  });

  it('takes a public client without a secret', async () => {
    const { sandbox, app } = setUp();
    const id = sandbox.clients[1]?.id ?? '';
    const code = await app.code({ client_id: id });
    const response = await app.exchangeCode(code, { client_id: id, client_secret: null });
    expect(response.status).toBe(200);
  });

  it('takes a code for 60 seconds and no longer', async () => {
    const { app, clock } = setUp();
    const [early, late] = [await app.code(), await app.code()];
    clock.advance(59_999);
    expect((await app.exchangeCode(early)).status).toBe(200);
    clock.advance(1);
    expect(jsonOf(await app.exchangeCode(late))).toMatchObject({ error: 'invalid_grant' });
  });

  it('revokes what a code gave when the code comes again', async () => {
    const { app } = setUp();
    const code = await app.code();
    const first = jsonOf(await app.exchangeCode(code));
    const second = await app.exchangeCode(code);
    expect(second.status).toBe(400);
    expect(jsonOf(second)).toMatchObject({ error: 'invalid_grant' });
    const call = await app.api('/events/evt_test_published', first['access_token']);
    expect([call.status, jsonOf(call)['error']]).toEqual([401, 'token_revoked']);
    expect(jsonOf(await app.refresh(`${first['refresh_token']}`))).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:3000/callback' }, 'invalid_grant'],
    ['another verifier', { code_verifier: 'a'.repeat(43) }, 'invalid_grant'],
    ['a verifier that is the challenge', { code_verifier: challengeOf('a'.repeat(43)) }, 'invalid_grant'],
    ['an unknown code', { code: 'nobody-gave-this' }, 'invalid_grant'],
    ['no verifier', { code_verifier: null }, 'invalid_request'],
    ['a verifier that is too short', { code_verifier: 'a'.repeat(42) }, 'invalid_request'],
    ['no redirect URI', { redirect_uri: null }, 'invalid_request'],
    ['no grant type', { grant_type: null }, 'invalid_request'],
    ['the password grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['the code twice', { code: ['one', 'two'] }, 'invalid_request'],
  ])('refuses %s', async (_what, change, error) => {
    const { app } = setUp();
    const response = await app.exchangeCode(await app.code(), change);
    expect(response.status).toBe(400);
    expect(jsonOf(response)).toMatchObject({
      error,
      error_description: expect.any(String),
      message: expect.any(String),
      request_id: headerOf(response, 'x-revento-request-id'),
    });
  });

  it.each([
    ['an unknown client', { client_id: 'client_nobody' }],
    ['a missing client', { client_id: null }],
    ['a wrong secret', { client_secret: 'not-the-secret' }],
    ['an empty secret', { client_secret: '' }],
    ['a missing secret', { client_secret: null }],
  ])('refuses %s with 401 invalid_client', async (_what, change) => {
    const { app } = setUp();
    const response = await app.exchangeCode(await app.code(), change);
    expect([response.status, jsonOf(response)['error']]).toEqual([401, 'invalid_client']);
    // Without it some HTTP clients throw in place of the answer.
    expect(headerOf(response, 'www-authenticate')).toBe('Bearer realm="revento", error="invalid_client"');
  });

  it('does not spend a code on a client it does not belong to', async () => {
    const { app, sandbox } = setUp();
    const code = await app.code();
    const other = await app.exchangeCode(code, { client_id: sandbox.clients[1]?.id ?? '', client_secret: null });
    expect(jsonOf(other)).toMatchObject({ error: 'invalid_grant' });
    expect((await app.exchangeCode(code)).status).toBe(200);
  });

  it('refuses a secret in the URL', async () => {
    const { app } = setUp();
    const response = await app.post(`/oauth/token?client_secret=${app.clientSecret}`, { grant_type: 'refresh_token' });
    expect(jsonOf(response)).toMatchObject({ error: 'invalid_request' });
  });

  it.each([
    ['application/json', 'the body must be application/x-www-form-urlencoded, not application/json'],
    ['multipart/form-data; boundary=x', 'the body must be application/x-www-form-urlencoded, not multipart/form-data'],
    ['', 'the body must be application/x-www-form-urlencoded'],
    ['<b>', 'the body must be application/x-www-form-urlencoded'],
  ])('refuses the content type %j and names the right one', async (type, message) => {
    const { app } = setUp();
    const response = await app.send('POST', '/oauth/token', [['Content-Type', type]], '{}');
    expect(jsonOf(response)).toMatchObject({ error: 'invalid_request', message });
  });

  it.each([
    ['nothing in the body', 'Basic eDp5', {}, 'Basic realm="revento"'],
    ['the client_id in the body', 'basic eDp5', { client_id: 'x' }, 'Basic realm="revento"'],
    ['another scheme', 'Bearer eDp5', {}, 'Bearer realm="revento", error="invalid_client"'],
  ])('says where credentials go when they come in a header, with %s', async (_what, header, form, challenge) => {
    const { app } = setUp();
    const sent = { grant_type: 'refresh_token', ...form };
    const response = await app.post('/oauth/token', sent, [['Authorization', header]]);
    expect([response.status, headerOf(response, 'www-authenticate')]).toEqual([401, challenge]);
    expect(jsonOf(response)).toMatchObject({
      error: 'invalid_client',
      message: expect.stringContaining('in the form body (client_secret_post)'),
    });
  });

  it('takes POST only', async () => {
    const { app } = setUp();
    const response = await app.get(`/oauth/token?${encode({ grant_type: 'refresh_token' })}`);
    expect([response.status, headerOf(response, 'allow')]).toEqual([405, 'POST']);
  });
});

describe('refresh', () => {
  it('rotates: a new pair, and the old refresh token is dead', async () => {
    const { app } = setUp();
    const first = await app.login();
    const second = jsonOf(await app.refresh(`${first['refresh_token']}`));
    expect(second['refresh_token']).not.toBe(first['refresh_token']);
    expect(second['access_token']).not.toBe(first['access_token']);
    expect(second).toMatchObject({ expires_in: 3600, event_id: 'evt_test_published' });
  });

  it('revokes the whole family when an old refresh token comes again', async () => {
    const { app } = setUp();
    const first = await app.login();
    const second = jsonOf(await app.refresh(`${first['refresh_token']}`));
    const reuse = await app.refresh(`${first['refresh_token']}`);
    expect([reuse.status, jsonOf(reuse)['error']]).toEqual([400, 'invalid_grant']);
    expect(jsonOf(await app.refresh(`${second['refresh_token']}`))).toMatchObject({ error: 'invalid_grant' });
    const call = await app.api('/events/evt_test_published', second['access_token']);
    expect(jsonOf(call)['error']).toBe('token_revoked');
  });

  it('leaves other logins alone when one family is revoked', async () => {
    const { app } = setUp();
    const [first, other] = [await app.login(), await app.login()];
    await app.refresh(`${first['refresh_token']}`);
    await app.refresh(`${first['refresh_token']}`);
    expect((await app.refresh(`${other['refresh_token']}`)).status).toBe(200);
  });

  it('slides the 90 days with every refresh', async () => {
    const { app, clock } = setUp();
    const first = await app.login();
    clock.advance(80 * day);
    const second = jsonOf(await app.refresh(`${first['refresh_token']}`));
    clock.advance(80 * day);
    expect((await app.refresh(`${second['refresh_token']}`)).status).toBe(200);
  });

  it('refuses a refresh token after 90 idle days', async () => {
    const { app, clock } = setUp();
    const first = await app.login();
    clock.advance(90 * day);
    expect(jsonOf(await app.refresh(`${first['refresh_token']}`))).toMatchObject({ error: 'invalid_grant' });
  });

  it('ends a login one year after its start, however often it was refreshed', async () => {
    const { app, clock } = setUp();
    let answer = await app.login();
    for (let i = 0; i < 4; i++) {
      clock.advance(80 * day);
      answer = jsonOf(await app.refresh(`${answer['refresh_token']}`));
    }
    expect(answer['refresh_expires_in']).toBe((45 * day) / 1000);
    clock.advance(45 * day);
    expect(jsonOf(await app.refresh(`${answer['refresh_token']}`))).toMatchObject({ error: 'invalid_grant' });
  });

  it('refuses more scope than was granted, and keeps the token', async () => {
    const { app } = setUp();
    const first = await app.login({ scope: 'event.read' });
    const broader = await app.refresh(`${first['refresh_token']}`, { scope: 'event.read participants.read' });
    expect(jsonOf(broader)).toMatchObject({ error: 'invalid_scope' });
    expect((await app.refresh(`${first['refresh_token']}`)).status).toBe(200);
  });

  it.each(['', ' ', '  '])('takes the scope %j for one that was left out', async (scope) => {
    const { app } = setUp();
    const first = await app.login();
    const second = jsonOf(await app.refresh(`${first['refresh_token']}`, { scope }));
    expect(second).toMatchObject({ scope: first['scope'] });
    const call = await app.api('/events/evt_test_published/participants', second['access_token']);
    expect(call.status).toBe(200);
  });

  it('takes any parameter without a value for one that was left out', async () => {
    const { app } = setUp();
    const first = await app.login();
    const answer = await app.refresh(`${first['refresh_token']}`, { redirect_uri: ['', ''], code: '' });
    expect(answer.status).toBe(200);
    const missing = await app.refresh('');
    expect(jsonOf(missing)).toMatchObject({ error: 'invalid_request', message: 'refresh_token is missing' });
  });

  it('honors a shorter access token lifetime', async () => {
    const { app, clock } = setUp({ accessTtlMs: 2_000 });
    const answer = await app.login();
    expect(answer['expires_in']).toBe(2);
    clock.advance(2_000);
    const call = await app.api('/events/evt_test_published', answer['access_token']);
    expect([call.status, jsonOf(call)['error']]).toEqual([401, 'token_expired']);
  });
});
