import { describe, expect, it } from 'vitest';
import { refusals } from '../../../src/sandbox/faults/effects.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { callbackOf, headerOf, integrationOf, jsonOf, textOf } from '../../support/sandbox/client.ts';

const path = '/events/evt_test_published';
const setUp = (...faults: readonly string[]) => {
  const clock = fakeClock();
  const sandbox = createSandbox({ clock, hasAutoConsent: true, faults: faults.map(parseFault) });
  return { clock, sandbox, app: integrationOf(sandbox) };
};

describe('token faults', () => {
  it('fail with a status and rotate nothing', async () => {
    const { app } = setUp('refresh:503=7x1');
    const { refresh_token: token } = await app.login();
    const failed = await app.refresh(`${token}`);
    expect([failed.status, headerOf(failed, 'Retry-After')]).toEqual([503, '7']);
    expect((await app.refresh(`${token}`)).status).toBe(200);
  });

  it('drop the answer after the rotation happened: the old token is then a reuse', async () => {
    const { app } = setUp('refresh:dropx1');
    const { refresh_token: token } = await app.login();
    expect((await app.refresh(`${token}`)).cut).toBe('drop');
    expect(jsonOf(await app.refresh(`${token}`))).toMatchObject({ error: 'invalid_grant' });
  });

  it('lose the request before anything happened', async () => {
    const { app } = setUp('refresh:losex1');
    const { refresh_token: token } = await app.login();
    expect((await app.refresh(`${token}`)).cut).toBe('drop');
    expect((await app.refresh(`${token}`)).status).toBe(200);
  });

  it('answer late, with the work done', async () => {
    const { app, clock } = setUp('token:slow=3s');
    const [code, before] = [await app.code(), clock.now()];
    expect((await app.exchangeCode(code)).status).toBe(200);
    expect(clock.now() - before).toBe(3_000);
  });

  it('leave out every field that is not certain', async () => {
    const { app } = setUp('code:minimal');
    expect(Object.keys(await app.login()).sort()).toEqual([
      'access_token',
      'event_id',
      'organization_id',
      'refresh_token',
      'scope',
    ]);
  });

  it('let the access token live for a short time, and say so', async () => {
    const { app, clock } = setUp('code:short=2s');
    const { access_token: token, expires_in: seconds } = await app.login();
    expect([seconds, (await app.api(path, `${token}`)).status]).toEqual([2, 200]);
    clock.advance(2_000);
    expect(jsonOf(await app.api(path, `${token}`))).toMatchObject({ error: 'token_expired' });
  });

  it('revoke the family at a refresh', async () => {
    const { app } = setUp('refresh:revokedx1');
    const login = await app.login();
    const refused = await app.refresh(`${login['refresh_token']}`);
    expect([refused.status, jsonOf(refused)['error']]).toEqual([400, 'invalid_grant']);
    expect(jsonOf(await app.api(path, login['access_token']))['error']).toBe('token_revoked');
  });

  it('let a thief use the refresh token first, so that sending it ends the login', async () => {
    const { app } = setUp('refresh:stolenx1');
    const login = await app.login();
    const refused = await app.refresh(`${login['refresh_token']}`);
    expect([refused.status, jsonOf(refused)['error']]).toEqual([400, 'invalid_grant']);
    expect(jsonOf(refused)['error_description']).toMatch(/used before/);
    expect(jsonOf(await app.api(path, login['access_token']))['error']).toBe('token_revoked');
  });

  it.each([
    ['invalid_grant', 400],
    ['invalid_client', 401],
  ])('fail with %s and rotate nothing', async (code, status) => {
    const { app } = setUp(`refresh:${code}x1`);
    const { refresh_token: token } = await app.login();
    const refused = await app.refresh(`${token}`);
    expect([refused.status, jsonOf(refused)['error']]).toEqual([status, code]);
    expect((await app.refresh(`${token}`)).status).toBe(200);
  });

  it('are not applied to requests that would be refused anyway', async () => {
    const { app } = setUp('token:500x1');
    expect((await app.token({ grant_type: 'password' })).status).toBe(400);
    expect((await app.refresh('nobody')).status).toBe(500);
  });
});

describe('API faults', () => {
  it('fail with 500 in JSON', async () => {
    const { app } = setUp('api:500');
    const { access_token: token } = await app.login();
    const response = await app.api(path, token);
    expect(response.status).toBe(500);
    expect(jsonOf(response)).toMatchObject({ error: 'server_error', request_id: expect.any(String) });
  });

  it.each([
    ...['invalid_token', 'event_not_authorized', 'user_token_required', 'installation_token_required'],
    ...['insufficient_scope', 'not_found', 'validation_error', 'concurrent_limit_exceeded'],
  ] as const)('fail with the documented error %s, in its status and without Retry-After', async (code) => {
    const { app } = setUp(`api:${code}x1`);
    const { access_token: token } = await app.login();
    const response = await app.api(path, token);
    expect([response.status, jsonOf(response)['error']]).toEqual([refusals[code].status, code]);
    expect(headerOf(response, 'Retry-After')).toBeNull();
    expect((await app.api(path, token)).status).toBe(200);
  });

  it.each([
    [400, 'validation_error'],
    [401, 'invalid_token'],
    [403, 'event_not_authorized'],
    [404, 'not_found'],
  ])('fail with %i under the code that comes with it: %s', async (status, code) => {
    const { app } = setUp(`api:${status}`);
    const { access_token: token } = await app.login();
    const response = await app.api(path, token);
    expect([response.status, jsonOf(response)['error']]).toEqual([status, code]);
  });

  it('give a page without rows, from which the list continues where it was', async () => {
    const { app } = setUp('api:emptyx1@1');
    const { access_token: token } = await app.login();
    const page = async (cursor: unknown) =>
      jsonOf(await app.api(`${path}/participants?limit=20${cursor ? `&cursor=${cursor}` : ''}`, token));
    const first = await page(null);
    const empty = await page(first['next_cursor']);
    expect(empty).toEqual({ data: [], next_cursor: expect.any(String), has_more: true });
    expect(empty['next_cursor']).not.toBe(first['next_cursor']);
    const untouched = setUp().app;
    const { access_token: other } = await untouched.login();
    const whole = jsonOf(await untouched.api(`${path}/participants?limit=40`, other))['data'] as unknown[];
    expect((await page(empty['next_cursor']))['data']).toEqual(whole.slice(20));
  });

  it('add unknown fields to the answer and to each row, and keep the rest', async () => {
    const { app } = setUp('api:extrax1');
    const { access_token: token } = await app.login();
    const strange = jsonOf(await app.api(`${path}/participants?limit=2`, token));
    const plain = jsonOf(await app.api(`${path}/participants?limit=2`, token));
    const added = { added_later: expect.any(Object), added_later_at: null };
    const rows = (plain['data'] as Record<string, unknown>[]).map((row) => ({ ...row, ...added }));
    expect(strange).toEqual({ ...plain, next_cursor: expect.any(String), data: rows, ...added });
  });

  it('fail with 429 and Retry-After', async () => {
    const { app } = setUp('api:429=4x1');
    const { access_token: token } = await app.login();
    const response = await app.api(path, token);
    expect([response.status, jsonOf(response)['error'], headerOf(response, 'Retry-After')]).toEqual([
      429,
      'rate_limit_exceeded',
      '4',
    ]);
    expect((await app.api(path, token)).status).toBe(200);
  });

  it('cut the body in half, or after so many bytes', async () => {
    const { app } = setUp('api:cutx1', 'api:cut=3@1');
    const { access_token: token } = await app.login();
    const half = await app.api(path, token);
    expect(half.cut).toBe(Math.floor(half.body.length / 2));
    expect((await app.api(path, token)).cut).toBe(3);
  });

  it('answer with a page instead of JSON', async () => {
    const { app } = setUp('api:html');
    const { access_token: token } = await app.login();
    const response = await app.api(path, token);
    expect(response.status).toBe(200);
    expect(textOf(response)).toContain('<!doctype html>');
  });

  it('expire the access token, and a refresh gets a good one', async () => {
    const { app } = setUp('api:expiredx1');
    const login = await app.login();
    const refused = await app.api(path, login['access_token']);
    expect([refused.status, jsonOf(refused)['error']]).toEqual([401, 'token_expired']);
    const fresh = jsonOf(await app.refresh(`${login['refresh_token']}`));
    expect((await app.api(path, fresh['access_token'])).status).toBe(200);
  });

  it('revoke the login', async () => {
    const { app } = setUp('api:revokedx1');
    const login = await app.login();
    expect(jsonOf(await app.api(path, login['access_token']))['error']).toBe('token_revoked');
    expect(jsonOf(await app.refresh(`${login['refresh_token']}`))['error']).toBe('invalid_grant');
  });

  it('stop waiting when the caller has gone', async () => {
    const { sandbox, app } = setUp('api:slow=1h');
    const { access_token: token } = await app.login();
    const response = await sandbox.exchange({
      method: 'GET',
      url: `/api/v1${path}`,
      headers: [['Authorization', `Bearer ${token}`]],
      body: new Uint8Array(),
      signal: AbortSignal.abort(),
    });
    expect(response.cut).toBe('drop');
  });
});

describe('authorization faults', () => {
  it('decline in place of the organizer', async () => {
    const { app } = setUp('authorize:deniedx1');
    expect(callbackOf(await app.authorize()).get('error')).toBe('access_denied');
    expect(callbackOf(await app.authorize()).get('code')).not.toBeNull();
  });

  it.each(['server_error', 'temporarily_unavailable', 'invalid_scope'])('come back with %s', async (code) => {
    const { app } = setUp(`authorize:${code}x1`);
    const back = callbackOf(await app.authorize());
    expect([back.get('error'), back.get('code')]).toEqual([code, null]);
    expect(back.get('state')).toBe(callbackOf(await app.authorize()).get('state'));
  });

  it('do not send an error to where a good request would not lead', async () => {
    const { app } = setUp('authorize:server_error');
    expect(headerOf(await app.authorize({ redirect_uri: 'http://evil.test/' }), 'location')).toBeNull();
  });

  it('fail with a page', async () => {
    const { app } = setUp('authorize:502');
    const response = await app.authorize();
    expect([response.status, headerOf(response, 'location')]).toEqual([502, null]);
  });
});

describe('a list of another kind than the client is used to', () => {
  const list = '/events/evt_test_published/participants';
  const pageOf = async (app: ReturnType<typeof setUp>['app'], token: unknown, query: string) =>
    jsonOf(await app.api(`${list}?${query}`, token)) as {
      readonly data: readonly { readonly id: string; readonly application_status: string }[];
      readonly next_cursor: string | null;
      readonly has_more: boolean;
    };

  it('has cursors that are good when they are encoded, and refused as they are', async () => {
    const { app } = setUp('api:cursorsx1');
    const { access_token: token } = await app.login();
    const { next_cursor: cursor } = await pageOf(app, token, 'limit=20');
    expect(`${cursor}`).toMatch(/[+/=]/);
    expect((await pageOf(app, token, `limit=20&cursor=${encodeURIComponent(`${cursor}`)}`)).data).toHaveLength(20);
    expect((await app.api(`${list}?limit=20&cursor=${cursor}`, token)).status).toBe(400);
  });

  it.each([10, 20, 50])('leads back to an earlier page of %i rows, again and again', async (limit) => {
    const { app } = setUp('api:circle');
    const { access_token: token } = await app.login();
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; pages < 6; pages++) {
      const page = await pageOf(app, token, `limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      expect(page).toMatchObject({ has_more: true, next_cursor: expect.any(String) });
      cursor = page.next_cursor;
      seen.push(`${cursor}`);
    }
    expect(new Set(seen).size).toBeLessThanOrEqual(2);
  });

  it('has undocumented status values', async () => {
    const { app } = setUp('api:wordsx1');
    const { access_token: token } = await app.login();
    const words = (await pageOf(app, token, 'limit=5')).data.map((row) => row.application_status);
    expect(new Set(words)).toEqual(new Set(['sandbox_new_status']));
    expect((await pageOf(app, token, 'limit=5')).data[0]?.application_status).not.toBe('sandbox_new_status');
  });
});

describe('scrambled messages', () => {
  it('leave the code and the status, and come with other faults', async () => {
    const { app } = setUp('api:messages', 'api:expiredx1');
    const { access_token: token } = await app.login();
    const plain = jsonOf(await setUp('api:expired').app.api(path, 'x'));
    const refused = await app.api(path, token);
    expect([refused.status, jsonOf(refused)['error']]).toEqual([401, 'token_expired']);
    expect(jsonOf(refused)['message']).not.toMatch(/[Tt]oken|expired|revoked/);
    expect(jsonOf(refused)['request_id']).toEqual(expect.any(String));
    expect(plain['message']).toMatch(/token/);
  });

  it('are those of the token endpoint too', async () => {
    const { app } = setUp('refresh:messages');
    const refused = await app.refresh('nobody');
    expect([refused.status, jsonOf(refused)['error']]).toEqual([400, 'invalid_grant']);
    expect(jsonOf(refused)['error_description']).toMatch(/^Bei/);
  });
});
