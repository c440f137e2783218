import { describe, expect, it } from 'vitest';
import { registerClients } from '../../../src/sandbox/oauth/clients.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { callbackOf, headerOf, integrationOf, textOf } from '../../support/sandbox/client.ts';

const setUp = (redirectUris: readonly string[] = []) => {
  const clock = fakeClock();
  const sandbox = createSandbox({ clock, hasAutoConsent: true, clients: registerClients({ redirectUris }) });
  return { clock, sandbox, app: integrationOf(sandbox) };
};

describe('authorization request', () => {
  it('comes back with a code and the state it was sent with', async () => {
    const { app } = setUp();
    const response = await app.authorize({ state: 'a b&c=d/é' });
    expect(response.status).toBe(302);
    expect(headerOf(response, 'location')).toMatch(/^http:\/\/localhost:3000\/callback\?code=/);
    expect(callbackOf(response).get('state')).toBe('a b&c=d/é');
    expect(headerOf(response, 'cache-control')).toBe('no-store');
  });

  it('comes back without a state when none was sent', async () => {
    const { app } = setUp();
    expect(callbackOf(await app.authorize({ state: null })).has('state')).toBe(false);
  });

  it.each(['http://localhost:3000/callback', 'http://127.0.0.1:3000/callback'])(
    'has %s registered from the start',
    async (uri) => {
      const { app } = setUp();
      expect(headerOf(await app.authorize({ redirect_uri: uri }), 'location')).toMatch(`${uri}?code=`);
    },
  );

  it('names the registered ones, each on a line of its own, when it was none of them', async () => {
    const { app } = setUp();
    const text = textOf(await app.authorize({ redirect_uri: 'http://localhost:3000/callback/' }));
    const line = (uri: string) => `<br><code>${uri.replaceAll('/', '&#47;')}</code><br>`;
    for (const uri of ['http://localhost:3000/callback', 'http://127.0.0.1:3000/callback']) {
      expect(text.replaceAll('<br>', '<br><br>')).toContain(line(uri));
    }
  });

  it('keeps a registered query, and every byte in front of it', async () => {
    const uri = 'HTTP://LOCALHOST:80/a/../cb?x=%7e';
    const { app } = setUp([uri]);
    expect(headerOf(await app.authorize({ redirect_uri: uri }), 'location')).toMatch(`${uri}&code=`);
  });

  it.each([
    ['a trailing slash', 'http://localhost:3000/callback/'],
    ['no path', 'http://localhost:3000'],
    ['another port', 'http://localhost:3001/callback'],
    ['another host', 'http://evil.example/callback'],
    ['https', 'https://localhost:3000/callback'],
    ['an upper-case host', 'http://LOCALHOST:3000/callback'],
    ['a query', 'http://localhost:3000/callback?x=1'],
    ['a fragment', 'http://localhost:3000/callback#x'],
    ['an encoded letter', 'http://localhost:3000/%63allback'],
    ['dot segments', 'http://localhost:3000/a/../callback'],
  ])('shows a page and never redirects to an unregistered URI with %s', async (_what, uri) => {
    const { app } = setUp();
    const response = await app.authorize({ redirect_uri: uri });
    expect([response.status, headerOf(response, 'location')]).toEqual([400, null]);
    expect(textOf(response)).toContain('Redirect URI not registered');
  });

  it.each([
    ['an unknown client', { client_id: 'client_nobody' }],
    ['no client', { client_id: null }],
    ['no redirect URI', { redirect_uri: null }],
    ['two clients', { client_id: ['client_a', 'client_b'] }],
    ['two redirect URIs', { redirect_uri: ['http://localhost:3000/callback', 'http://localhost:3000/callback'] }],
  ])('shows a page and never redirects for %s', async (_what, change) => {
    const { app } = setUp();
    const response = await app.authorize(change);
    expect([response.status, headerOf(response, 'location')]).toEqual([400, null]);
    expect(headerOf(response, 'content-type')).toBe('text/html; charset=utf-8');
  });

  it.each([
    ['no response type', { response_type: null }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no challenge', { code_challenge: null }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method, which would mean plain', { code_challenge_method: null }, 'invalid_request'],
    ['a padded challenge', { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=' }, 'invalid_request'],
    ['no scope', { scope: null }, 'invalid_scope'],
    ['an unknown scope', { scope: 'event.read event.write' }, 'invalid_scope'],
    ['scopes of both kinds', { scope: 'event.read profile.read' }, 'invalid_scope'],
    ['no event', { event_id: null }, 'invalid_request'],
    ['an unknown event', { event_id: 'evt_nowhere' }, 'invalid_request'],
    ['the scope twice', { scope: ['event.read', 'program.read'] }, 'invalid_request'],
    ['a repeated unknown parameter', { extra: ['1', '2'] }, 'invalid_request'],
  ])('redirects back with an error and the state for %s', async (_what, change, error) => {
    const { app } = setUp();
    const response = await app.authorize(change);
    expect(response.status).toBe(302);
    const back = callbackOf(response);
    expect(back.get('error')).toBe(error);
    expect(back.get('error_description')).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(back.get('state')).toBe(app.state);
    expect(back.has('code')).toBe(false);
  });

  it('takes parameters without a value for ones that were left out, the state too', async () => {
    const { app } = setUp();
    const back = callbackOf(await app.authorize({ state: '', extra: ['', ''] }));
    expect([back.has('code'), back.has('state')]).toEqual([true, false]);
    const missing = callbackOf(await app.authorize({ code_challenge: '' }));
    expect(missing.get('error_description')).toContain('code_challenge is missing');
  });

  it('takes GET only', async () => {
    const { app } = setUp();
    const response = await app.post('/oauth/authorize', {});
    expect([response.status, headerOf(response, 'allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('takes an absolute URL as well as a path', async () => {
    const { app, sandbox } = setUp();
    const response = await app.get(`http://127.0.0.1:4010/oauth/authorize?client_id=${sandbox.clients[0]?.id}`);
    expect(textOf(response)).toContain('The request has no redirect_uri');
  });
});
