import { describe, expect, it } from 'vitest';
import { token } from '../../../src/commands/login/token.ts';
import { tokenRefresh } from '../../../src/commands/login/token-refresh.ts';
import { aLogin, memory, run } from '../../support/commands/deps.ts';

const participant = aLogin({ kind: 'user' });

describe('token', () => {
  const print = (world: Parameters<typeof memory>[0], options = {}) =>
    run(token, { minTtl: '1m', user: false, ...options }, memory(world));

  it('prints the token and nothing else', async () => {
    expect((await print({ logins: { default: [aLogin()] } })).text).toBe('token-of-installation-evt_a');
  });

  it('has the promised JSON', async () => {
    expect((await print({ logins: { default: [aLogin()] } })).data).toEqual([
      {
        access_token: 'token-of-installation-evt_a',
        token_type: 'Bearer',
        expires_at: '2026-03-01T13:00:00Z',
        event_id: 'evt_a',
        kind: 'installation',
      },
    ]);
  });

  it.each([
    ['an organizer goes first', [aLogin(), participant], false, 'token-of-installation-evt_a'],
    ["a participant's is used when there is no other", [participant], false, 'token-of-user-evt_a'],
    ["--user takes the participant's", [aLogin(), participant], true, 'token-of-user-evt_a'],
  ])('%s', async (_, logins, user, expected) => {
    expect((await print({ logins: { default: logins } }, { user })).text).toBe(expected);
  });

  it("does not print an organizer's token for --user", async () => {
    const { failure, text } = await print({ logins: { default: [aLogin()] } }, { user: true });
    expect(failure?.code).toBe('not_logged_in');
    expect(text).toBe('');
  });

  it('asks to log in when there is no login', async () => {
    const { failure } = await print({});
    expect(failure).toMatchObject({ code: 'not_logged_in', facts: { hint: 'run: revento login' } });
  });

  it('names the logins when several fit', async () => {
    const { failure } = await print({ logins: { default: [aLogin(), aLogin({ eventId: 'evt_b' })] } });
    expect(failure?.code).toBe('usage');
    expect(failure?.facts.hint).toBe('name one: revento token --event evt_a');
  });

  it('prints REVENTO_ACCESS_TOKEN as it is', async () => {
    const { data, text } = await print({ environmentToken: 'as-it-is-1234', logins: { default: [aLogin()] } });
    expect(text).toBe('as-it-is-1234');
    expect(data).toEqual([
      { access_token: 'as-it-is-1234', token_type: 'Bearer', expires_at: null, event_id: null, kind: null },
    ]);
  });

  it('fails rather than print a token that lives shorter than asked', async () => {
    const { failure, text } = await print({ lifeMs: 3_600_000, logins: { default: [aLogin()] } }, { minTtl: '2h' });
    expect(failure?.message).toBe('The token is valid for only 1h, which is less than --min-ttl 2h.');
    expect(text).toBe('');
  });

  it('accepts the full lifetime of a token that was just issued', async () => {
    const { failure } = await print({ lifeMs: 3_598_000, logins: { default: [aLogin()] } }, { minTtl: '1h' });
    expect(failure).toBeNull();
  });

  it('refuses a malformed --min-ttl', async () => {
    expect((await print({}, { minTtl: '60' })).failure?.code).toBe('usage');
  });
});

describe('token refresh', () => {
  const refresh = async (world: Parameters<typeof memory>[0], user = false) => {
    const fake = memory(world);
    return { ...(await run(tokenRefresh, { user }, fake)), refreshed: fake.refreshed };
  };

  it('refreshes the only login and shows no token', async () => {
    const { text, data, refreshed } = await refresh({ logins: { default: [aLogin()] } });
    expect(refreshed).toEqual([{ kind: 'installation', eventId: 'evt_a' }]);
    expect(text).toBe('✓ Refreshed evt_a (organizer); the new access token expires in 1 hour.');
    expect(JSON.stringify(data)).not.toContain('token-of');
  });

  it.each([
    ['the selected event', 'evt_b', false, { kind: 'installation', eventId: 'evt_b' }],
    ['--user', null, true, { kind: 'user', eventId: 'evt_a' }],
    ["an organizer's before a participant's", null, false, { kind: 'installation', eventId: 'evt_a' }],
  ] as const)('takes the login of %s', async (_, event, user, expected) => {
    const logins = [aLogin(), ...(event === null ? [] : [aLogin({ eventId: 'evt_b' })]), participant];
    expect((await refresh({ event, logins: { default: logins } }, user)).refreshed).toEqual([expected]);
  });

  it('names them when several fit, and refreshes none', async () => {
    const { failure, refreshed } = await refresh({ logins: { default: [aLogin(), aLogin({ eventId: 'evt_b' })] } });
    expect(failure?.code).toBe('usage');
    expect(failure?.message).toBe('Which login? There are several: evt_a (organizer), evt_b (organizer).');
    expect(failure?.facts.hint).toBe('name one: revento token refresh --event evt_a');
    expect(refreshed).toEqual([]);
  });

  it('says which logins there are when none fits', async () => {
    const { failure } = await refresh({ event: 'evt_x', logins: { default: [aLogin()] } });
    expect(failure?.code).toBe('not_logged_in');
    expect(failure?.message).toContain('There are others: evt_a (organizer).');
  });

  it('refuses while REVENTO_ACCESS_TOKEN is set', async () => {
    const { failure, refreshed } = await refresh({
      environmentToken: 'as-it-is-1234',
      logins: { default: [aLogin()] },
    });
    expect(failure?.facts.hint).toBe('unset REVENTO_ACCESS_TOKEN to use the stored logins');
    expect(refreshed).toEqual([]);
  });
});
