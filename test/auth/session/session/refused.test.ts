import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../../src/http/failure.ts';
import type { Grant, LoginKey } from '../../../../src/login/login.ts';
import { createLocks } from '../../../../src/platform/lock/lock.ts';
import type { TokenSource } from '../../../../src/ports/sessions.ts';
import { errorAnswer, listOf, StoreRig, tokenAnswer } from '../../../support/store/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const minute = 60_000;
const hour = 60 * minute;

const evt1: LoginKey = { kind: 'installation', eventId: 'evt_1' };

/** Stores a login and gives a source of another process. */
async function loggedIn(fields: Partial<Grant> = {}): Promise<{ grant: Grant; source: TokenSource }> {
  const grant = rig.grant(fields);
  await rig.sessions().save(grant);
  return { grant, source: await rig.sessions().source(evt1) };
}

const expired = () => ({ accessExpiresAt: rig.clock.now() - 1 });
const lost = (isUnsent: boolean) => () =>
  Promise.reject(new HttpFailure(isUnsent ? 'refused' : 'reset', 'auth.test:443', isUnsent));

describe('a login that is over', () => {
  it('is marked so by invalid_grant, and no further request is sent for it', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(() => errorAnswer(400, 'invalid_grant'));
    await expect(source.current()).rejects.toMatchObject({ code: 'reauth_required', facts: { status: 400 } });
    const other = await rig.sessions().source(evt1);
    await expect(other.current()).rejects.toMatchObject({ code: 'reauth_required' });
    expect(rig.requests).toHaveLength(1);
    expect(await listOf(rig.sessions())).toMatchObject([
      { state: 'revoked', reason: 'it has expired or been revoked' },
    ]);
  });

  it('is marked when the API says its token was revoked', async () => {
    const { source } = await loggedIn();
    await source.markRevoked(await source.current());
    expect(await listOf(rig.sessions())).toMatchObject([{ state: 'revoked' }]);
  });

  it('is not marked for a token that it has replaced meanwhile', async () => {
    const { source } = await loggedIn();
    const old = await source.current();
    const renewed = rig.grant();
    await rig.sessions().save(renewed);
    await source.markRevoked(old);
    expect((await source.current()).token.reveal()).toBe(renewed.accessToken.reveal());
  });

  it('is replaced by logging in again', async () => {
    const { source } = await loggedIn();
    await source.markRevoked(await source.current());
    const grant = rig.grant();
    await rig.sessions().save(grant);
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
  });

  it('is gone after logging out', async () => {
    const { source } = await loggedIn();
    const key = { kind: 'installation', eventId: 'evt_1' } as const;
    expect(await rig.sessions().forget(key)).toBe(true);
    expect(await rig.sessions().forget(key)).toBe(false);
    await expect(source.current()).rejects.toMatchObject({ code: 'not_logged_in' });
    expect(existsSync(rig.path())).toBe(false);
  });
});

describe('a refresh without an answer', () => {
  it('that was certainly not sent changes nothing', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(lost(true), () => tokenAnswer());
    await expect(source.current()).rejects.toMatchObject({ code: 'network' });
    rig.clock.advance(1);
    await source.current();
    expect(rig.requests[1]?.get('refresh_token')).toBe(rig.requests[0]?.get('refresh_token'));
  });

  it('that may have been sent is sent once more when the access token has expired too', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(lost(false), () => errorAnswer(400, 'invalid_grant'));
    await expect(source.current()).rejects.toMatchObject({ code: 'refresh_ambiguous' });
    rig.clock.advance(1);
    await expect(source.current()).rejects.toMatchObject({ code: 'reauth_required' });
    const [login] = await listOf(rig.sessions());
    expect(login?.reason).toContain('interrupted');
  });

  it('may succeed that time: the request had got lost, not the answer', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(lost(false), () => tokenAnswer());
    await expect(source.current()).rejects.toMatchObject({ code: 'refresh_ambiguous' });
    rig.clock.advance(1);
    await source.current();
    expect(await listOf(rig.sessions())).toMatchObject([{ state: 'active' }]);
  });

  it.each([
    ['no answer', lost(false)],
    ['a gateway that gave up', () => errorAnswer(504, 'gateway_timeout')],
    ['a success without a body', () => ({ status: 204, headers: [], body: new Uint8Array() })],
    ['an answer that is not one', () => ({ status: 200, headers: [], body: Buffer.from('<html>') })],
  ])('(%s) lets the present token be used up, and sends nothing meanwhile', async (_kind, answer) => {
    const { grant, source } = await loggedIn({ accessExpiresAt: rig.clock.now() + 10 * minute });
    rig.answers.push(answer);
    await expect(source.current(30 * minute)).rejects.toThrow();
    for (let call = 0; call < 3; call++) {
      rig.clock.advance(3 * minute);
      expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
    }
    await expect(source.current(30 * minute)).rejects.toMatchObject({ code: 'refresh_ambiguous' });
    expect(rig.requests).toHaveLength(1);
  });
});

describe('a refresh that is refused', () => {
  it.each([
    [503, 'temporarily_unavailable', 'server_error'],
    [429, 'rate_limit_exceeded', 'rate_limited'],
    [401, 'invalid_client', 'invalid_client'],
    [400, 'invalid_scope', 'invalid_scope'],
    [400, 'unauthorized_client', 'api_error'],
    [302, '', 'bad_answer'],
    [404, '', 'bad_answer'],
  ])('with %i %s is reported as %s and keeps the tokens', async (status, error, code) => {
    const { source } = await loggedIn(expired());
    rig.answers.push(
      () => errorAnswer(status, error, [['Retry-After', '30']]),
      () => tokenAnswer(),
    );
    await expect(source.current()).rejects.toMatchObject({ code, facts: { status, retryAfterSeconds: 30 } });
    rig.clock.advance(1);
    await source.current();
    expect(rig.requests[1]?.get('refresh_token')).toBe(rig.requests[0]?.get('refresh_token'));
  });

  it('does not stop a token in its last minute from being used', async () => {
    const { grant, source } = await loggedIn({ accessExpiresAt: rig.clock.now() + hour });
    rig.clock.advance(hour - minute / 2);
    rig.answers.push(() => errorAnswer(503, 'temporarily_unavailable'));
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
  });

  it('with a token for another event is not stored', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(() => tokenAnswer({ event_id: 'evt_other' }));
    await expect(source.current()).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('is forgotten when the clock was set back after it', async () => {
    rig.clock.advance(365 * 24 * hour);
    const { source } = await loggedIn(expired());
    rig.answers.push(
      () => errorAnswer(503, 'temporarily_unavailable'),
      () => tokenAnswer(),
    );
    await expect(source.current()).rejects.toMatchObject({ code: 'server_error' });
    rig.clock.advance(-364 * 24 * hour);
    await source.renew(await source.current());
    expect(rig.requests).toHaveLength(2);
  });
});

describe('a lock that is unavailable', () => {
  const hold = () => createLocks(rig.clock).acquire(rig.path('installation-evt_1.lock'));

  it('does not matter while the token lasts, and is named when it does not', async () => {
    const { grant, source } = await loggedIn({ accessExpiresAt: rig.clock.now() + hour });
    rig.clock.advance(hour - 50_000);
    const lock = await hold();
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
    await expect(source.current(30 * minute)).rejects.toMatchObject({ code: 'lock_timeout' });
    lock.release();
    expect(rig.requests).toHaveLength(0);
  });
});
