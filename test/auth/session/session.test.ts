import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Grant, LoginKey } from '../../../src/login/login.ts';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import type { TokenSource } from '../../../src/ports/sessions.ts';
import { Secret } from '../../../src/text/secret.ts';
import { freshToken, listOf, StoreRig, settingsOf, tokenAnswer } from '../../support/store/store-rig.ts';

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

describe('a stored login', () => {
  it('is handed out while it lasts, without a request and without a lock', async () => {
    const { grant, source } = await loggedIn();
    const lock = await createLocks(rig.clock).acquire(rig.path('installation-evt_1.lock'));
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
    lock.release();
    expect(rig.requests).toHaveLength(0);
  });

  it('is refreshed a minute before it expires, with what the login was made with, and the new pair is stored', async () => {
    const { grant, source } = await loggedIn({ accessExpiresAt: rig.clock.now() + hour });
    rig.clock.advance(hour - minute / 2);
    rig.answers.push(() => tokenAnswer());
    const token = await source.current();
    expect(Object.fromEntries(rig.requests[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: grant.refreshToken?.reveal(),
      client_id: 'client-1',
    });
    const other = await rig.sessions().source(evt1);
    expect((await other.current()).token.reveal()).toBe(token.token.reveal());
    expect(rig.requests).toHaveLength(1);
  });

  it('is refreshed with the client secret when there is one', async () => {
    const secret = freshToken();
    await loggedIn(expired());
    rig.answers.push(() => tokenAnswer());
    await (await rig.sessions({ clientSecret: async () => new Secret(secret) }).source(evt1)).current();
    expect(rig.requests[0]?.get('client_secret')).toBe(secret);
  });

  it('keeps its refresh token when the answer brings no new one', async () => {
    const { grant, source } = await loggedIn(expired());
    rig.answers.push(
      () => tokenAnswer({ refresh_token: undefined }),
      () => tokenAnswer(),
    );
    await source.current();
    await rig.sessions().refresh({ kind: 'installation', eventId: 'evt_1' });
    expect(rig.requests[1]?.get('refresh_token')).toBe(grant.refreshToken?.reveal());
  });

  it('is read again when another process has refreshed it, by one that had read it before', async () => {
    const { grant, source } = await loggedIn();
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
    rig.answers.push(() => tokenAnswer());
    const renewed = await rig.sessions().refresh({ kind: 'installation', eventId: 'evt_1' });
    expect((await source.current()).token.reveal()).toBe(renewed.token.reveal());
    expect(rig.requests).toHaveLength(1);
  });

  it('is gone for one that had read it before, when another process logs out', async () => {
    const { source } = await loggedIn();
    await source.current();
    await rig.sessions().forget({ kind: 'installation', eventId: 'evt_1' });
    await expect(source.current()).rejects.toMatchObject({ code: 'not_logged_in' });
  });

  it('is refreshed once for 25 calls in one process', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(() => tokenAnswer());
    const tokens = await Promise.all(Array.from({ length: 25 }, () => source.current()));
    expect(new Set(tokens.map(({ token }) => token.reveal())).size).toBe(1);
    expect(rig.requests).toHaveLength(1);
  });

  it('is refreshed once for 25 calls whose token the API refused', async () => {
    const { source } = await loggedIn();
    const used = await source.current();
    rig.answers.push(() => tokenAnswer());
    const tokens = await Promise.all(Array.from({ length: 25 }, () => source.renew(used)));
    expect(new Set(tokens.map(({ token }) => token.reveal())).size).toBe(1);
    expect((await source.renew(used)).token.reveal()).toBe(tokens[0]?.token.reveal());
    expect(rig.requests).toHaveLength(1);
  });

  it('without a refresh token lasts as long as its access token', async () => {
    const { grant, source } = await loggedIn({ refreshToken: null });
    expect((await source.current()).token.reveal()).toBe(grant.accessToken.reveal());
    expect((await listOf(rig.sessions()))[0]).toMatchObject({ state: 'active', isRenewable: false });
    await expect(rig.sessions().refresh(grant)).rejects.toThrow('cannot be renewed: it came without a refresh token');
    rig.clock.advance(2 * hour);
    await expect(source.current()).rejects.toMatchObject({ code: 'reauth_required' });
    expect((await listOf(rig.sessions()))[0]?.state).toBe('expired');
  });

  it('without a known expiry is used until the API refuses it', async () => {
    const { grant, source } = await loggedIn({ accessExpiresAt: null });
    rig.clock.advance(100 * hour);
    const used = await source.current();
    expect(used.token.reveal()).toBe(grant.accessToken.reveal());
    rig.answers.push(() => tokenAnswer());
    expect((await source.renew(used)).token.reveal()).not.toBe(grant.accessToken.reveal());
  });

  it('is refreshed for a caller that needs it to last longer', async () => {
    const { grant, source } = await loggedIn({ accessExpiresAt: rig.clock.now() + 10 * minute });
    expect((await source.current(5 * minute)).token.reveal()).toBe(grant.accessToken.reveal());
    rig.answers.push(() => tokenAnswer());
    expect((await source.current(30 * minute)).token.reveal()).not.toBe(grant.accessToken.reveal());
  });

  it('whose tokens live for half a minute is not refreshed at every call', async () => {
    const { source } = await loggedIn(expired());
    rig.answers.push(() => tokenAnswer({ expires_in: 30 }));
    await source.current();
    rig.clock.advance(10_000);
    await source.current();
    expect(rig.requests).toHaveLength(1);
  });
});

describe('a login under other settings', () => {
  it('is not used with another server or client, and both are named', async () => {
    await loggedIn();
    const settings = settingsOf({ auth_base: 'https://other.test', client_id: 'client-2' });
    const source = await rig.sessions({ settings }).source(evt1);
    await expect(source.current()).rejects.toMatchObject({
      code: 'login_mismatch',
      message: expect.stringMatching(/https:\/\/auth\.test.*https:\/\/other\.test.*client-1.*client-2/),
    });
    expect(await listOf(rig.sessions({ settings }))).toHaveLength(1);
  });

  it('uses its own values where the settings have none', async () => {
    await loggedIn(expired());
    rig.answers.push(() => tokenAnswer());
    const settings = settingsOf({ auth_base: 'https://auth.revento.example' }, 'default');
    await (await rig.sessions({ settings }).source(evt1)).current();
    expect(rig.urls).toEqual(['https://auth.test/oauth/token']);
  });
});

describe('the list of logins', () => {
  it('holds every event, both kinds and revoked ones, sorted, and no token', async () => {
    for (const [kind, eventId] of [
      ['user', 'evt_1'],
      ['installation', 'evt_2'],
      ['installation', 'evt_1'],
    ] as const) {
      await rig.sessions().save(rig.grant({ kind, eventId }));
    }
    const source = await rig.sessions().source({ kind: 'installation', eventId: 'evt_2' });
    await source.markRevoked(await source.current());
    const list = await listOf(rig.sessions());
    expect(list.map(({ kind, eventId, state }) => [kind, eventId, state])).toEqual([
      ['installation', 'evt_1', 'active'],
      ['installation', 'evt_2', 'revoked'],
      ['user', 'evt_1', 'active'],
    ]);
    expect(JSON.stringify(list)).not.toContain('rev_');
  });

  it('includes a login that cannot be opened: opening it fails, and the others open', async () => {
    await loggedIn();
    await rig.sessions().save(rig.grant({ eventId: 'evt_2' }));
    writeFileSync(rig.path(), 'garbage');
    const sessions = rig.sessions();
    const keys = await sessions.keys();
    expect(keys.map(({ eventId }) => eventId)).toEqual(['evt_1', 'evt_2']);
    expect(await sessions.read({ kind: 'installation', eventId: 'evt_2' })).toMatchObject({ state: 'active' });
    await expect(sessions.read(evt1)).rejects.toMatchObject({
      code: 'store_corrupt',
      facts: { hint: expect.stringContaining('revento login --event evt_1') },
    });
  });

  it('is of one profile', async () => {
    await loggedIn();
    expect(await listOf(rig.sessions({ profile: 'other' }))).toEqual([]);
  });
});

describe('a ready token from the environment', () => {
  it('is used unchanged despite stored logins, and a refusal names it', async () => {
    await loggedIn(expired());
    const token = new Secret(freshToken());
    const sessions = rig.sessions({ accessToken: token });
    const source = await sessions.source(null);
    const current = await source.current();
    expect([current.token.reveal(), current.key]).toEqual([token.reveal(), null]);
    await expect(source.renew(current)).rejects.toMatchObject({
      message: expect.stringContaining('REVENTO_ACCESS_TOKEN'),
    });
    await expect(source.markRevoked(current)).rejects.toMatchObject({ facts: { apiCode: 'token_revoked' } });
    await expect(sessions.refresh({ kind: 'installation', eventId: 'evt_1' })).rejects.toMatchObject({ code: 'usage' });
    expect(rig.requests).toHaveLength(0);
  });
});

it.each([
  ['a line break at its end', '\n', 'a line break'],
  ['a blank', ' x', 'a character'],
  ['a letter of another script', 'é', 'a character'],
])('a token from the environment with %s is refused before it is sent, unquoted', async (_name, more, said) => {
  const token = freshToken();
  const source = await rig.sessions({ accessToken: new Secret(token + more) }).source(null);
  const refusal: unknown = await source.current().catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'usage', message: expect.stringContaining(said) });
  expect(JSON.stringify(refusal)).not.toContain(token);
});

describe('tokens in memory', () => {
  it('are taken out of text from the moment they are read', async () => {
    const { grant, source } = await loggedIn();
    await source.current();
    const said = `token=${grant.accessToken.reveal()} and ${grant.refreshToken?.reveal()}`;
    expect(rig.redactor.clean(said)).not.toContain('rev_');
  });
});

describe("a participant's login that an earlier version stored", () => {
  const earlier: LoginKey = { kind: 'user', eventId: 'evt_1' };
  /** As it was: without the user in the name of its file, and with it inside. */
  async function storedEarlier(userId: string | null) {
    const file = rig.vault().file('default', 'user-evt_1', { replace: '', giveUp: '' });
    const lock = await file.lock();
    const content = {
      state: 'active',
      access_token: freshToken(),
      refresh_token: freshToken('refresh'),
      user_id: userId,
    };
    await file.create({ authBase: 'https://auth.test', clientId: 'client-1' }, content);
    lock.release();
    return content.access_token;
  }

  it('continues working', async () => {
    const token = await storedEarlier('usr_1');
    expect(await rig.sessions().keys()).toEqual([earlier]);
    expect((await (await rig.sessions().source(earlier)).current()).token.reveal()).toBe(token);
    expect(await listOf(rig.sessions())).toMatchObject([{ kind: 'user', userId: 'usr_1' }]);
  });

  it('is replaced by a new one of the same user', async () => {
    await storedEarlier('usr_1');
    await rig.sessions().save(rig.grant({ kind: 'user', userId: 'usr_1' }));
    expect(await rig.sessions().keys()).toEqual([{ ...earlier, userId: 'usr_1' }]);
  });

  it.each(['usr_2', null])('stays beside a new one of another user (%j)', async (userId) => {
    const token = await storedEarlier(userId);
    await rig.sessions().save(rig.grant({ kind: 'user', userId: 'usr_1' }));
    expect(await rig.sessions().keys()).toEqual([earlier, { ...earlier, userId: 'usr_1' }]);
    expect((await (await rig.sessions().source(earlier)).current()).token.reveal()).toBe(token);
  });
});

it('keeps the login of a participant when a refresh answers with a token of another one', async () => {
  await rig.sessions().save(rig.grant({ kind: 'user', userId: 'usr_1' }));
  rig.answers.push(() => tokenAnswer({ event_id: 'evt_1', user_id: 'usr_2' }));
  const refreshed = rig.sessions().refresh({ kind: 'user', eventId: 'evt_1', userId: 'usr_1' });
  await expect(refreshed).rejects.toMatchObject({ code: 'bad_answer', message: expect.stringContaining('usr_2') });
  expect(await listOf(rig.sessions())).toMatchObject([{ state: 'active', userId: 'usr_1' }]);
});
