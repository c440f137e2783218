import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../../src/sandbox/faults/fault.ts';
import { createSandbox } from '../../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { headerOf, integrationOf, jsonOf } from '../../../support/sandbox/client.ts';

const base = '/events/evt_test_published';
const setUp = async (options: { participants?: number; seed?: number; user?: boolean; scope?: string } = {}) => {
  const clock = fakeClock();
  const { user, scope, ...rest } = options;
  const sandbox = createSandbox({ clock, hasAutoConsent: true, hasRateLimits: false, ...rest });
  const app = integrationOf(sandbox);
  const login = user ? await app.loginAsUser() : await app.login(scope === undefined ? {} : { scope });
  const get = (path: string, headers: Parameters<typeof app.api>[2] = []) =>
    app.api(path, login['access_token'], headers);
  return { app, get, clock, login };
};

describe('refusals', () => {
  it.each([
    ['no token', []],
    ['an unknown token', [['Authorization', 'Bearer rev_install_nobody']]],
    ['another scheme', [['Authorization', 'Basic eDp5']]],
    ['an empty token', [['Authorization', 'Bearer ']]],
  ] as const)('answer 401 invalid_token to %s', async (_what, headers) => {
    const { app } = await setUp();
    const response = await app.get(`/api/v1${base}`, headers);
    expect(response.status).toBe(401);
    expect(jsonOf(response)).toEqual({
      error: 'invalid_token',
      message: expect.any(String),
      request_id: headerOf(response, 'x-revento-request-id'),
    });
  });

  it.each([
    ['another organization’s event', '/events/evt_test_neighbor'],
    ['an event that does not exist', '/events/evt_nowhere/participants'],
    ['a broken encoding', '/events/%zz'],
  ])('answer 403 event_not_authorized to %s', async (_what, path) => {
    const { get } = await setUp();
    const response = await get(path);
    expect([response.status, jsonOf(response)['error']]).toEqual([403, 'event_not_authorized']);
  });

  it('answer 403 user_token_required to an organizer under /me', async () => {
    const { get } = await setUp();
    const response = await get('/me/profile');
    expect([response.status, jsonOf(response)['error']]).toEqual([403, 'user_token_required']);
  });

  it('answer 403 installation_token_required to a participant under /events', async () => {
    const { get } = await setUp({ user: true });
    const response = await get(`${base}/participants`);
    expect([response.status, jsonOf(response)['error']]).toEqual([403, 'installation_token_required']);
  });

  it.each([
    [base, 'event.read'],
    [`${base}/participants`, 'participants.read'],
    ...['activities', 'threads', 'locations', 'registration-waves', 'program'].map((path) => [
      `${base}/${path}`,
      'program.read',
    ]),
  ])('answer 403 insufficient_scope on %s without %s', async (path, scope) => {
    const others = ['event.read', 'participants.read', 'program.read'].filter((name) => name !== scope);
    const { get } = await setUp({ scope: others.join(' ') });
    const response = await get(path);
    expect(response.status).toBe(403);
    expect(jsonOf(response)).toMatchObject({ error: 'insufficient_scope', required_scope: scope });
  });

  it.each(['/events', `${base}/participants/`, `${base}/nothing`, '/me', '/', `${base}/toString`, '/constructor'])(
    'answer 404 not_found on %s',
    async (path) => {
      const { get } = await setUp();
      const response = await get(path);
      expect([response.status, jsonOf(response)['error']]).toEqual([404, 'not_found']);
    },
  );

  it.each(['POST', 'PUT', 'DELETE'])('answer 405 in JSON to %s', async (method) => {
    const { app, login } = await setUp();
    const headers = [['Authorization', `Bearer ${login['access_token']}`]] as const;
    const response = await app.send(method, `/api/v1${base}`, headers);
    expect([response.status, headerOf(response, 'allow')]).toEqual([405, 'GET, HEAD']);
    expect(jsonOf(response)['error']).toBe('method_not_allowed');
  });
});

describe('a refused token', () => {
  const challenge = 'Bearer realm="revento", error="invalid_token"';

  it.each([
    ['no token', [], []],
    ['another scheme', [], [['Authorization', 'Basic eDp5']]],
    ['an unknown token', [], [['Authorization', 'Bearer nobody-gave-this']]],
    ['an expired token', ['api:expired'], null],
    ['a revoked login', ['api:revoked'], null],
    ['a 401 that was injected', ['api:401'], null],
    ['an error that was injected', ['api:invalid_token'], null],
  ] as const)('comes with a challenge for %s', async (_what, faults, headers) => {
    const sandbox = createSandbox({ clock: fakeClock(), hasAutoConsent: true, faults: faults.map(parseFault) });
    const app = integrationOf(sandbox);
    const { access_token: token } = await app.login();
    const response = await app.get(`/api/v1${base}`, headers ?? [['Authorization', `Bearer ${token}`]]);
    expect([response.status, headerOf(response, 'www-authenticate')]).toEqual([401, challenge]);
  });
});
