import { describe, expect, it } from 'vitest';
import { logout } from '../../../src/commands/login/logout.ts';
import { aLogin, memory, run, type World } from '../../support/commands/deps.ts';

const three = [aLogin(), aLogin({ kind: 'user' }), aLogin({ eventId: 'evt_b' })];

async function leave(world: World, options: { all?: boolean; user?: boolean } = {}) {
  const fake = memory(world);
  const outcome = await run(logout, { all: false, user: false, ...options }, fake);
  const left = (fake.logins['default'] ?? []).map(({ kind, eventId }) => `${kind}-${eventId}`);
  return { ...outcome, left, notices: fake.notices };
}

describe('logout', () => {
  it('forgets the only login', async () => {
    const { left, text, data } = await leave({ logins: { default: [aLogin()] } });
    expect(left).toEqual([]);
    expect(text).toBe('✓ Logged out of evt_a (organizer).');
    expect(data).toEqual([{ forgotten: [{ event_id: 'evt_a', kind: 'installation' }] }]);
  });

  it.each([
    ['both logins of the selected event', 'evt_a', {}, ['installation-evt_b']],
    ["only the participant's with --user", 'evt_a', { user: true }, ['installation-evt_a', 'installation-evt_b']],
    ['all with --all', null, { all: true }, []],
    [
      "all participants' with --all --user",
      null,
      { all: true, user: true },
      ['installation-evt_a', 'installation-evt_b'],
    ],
  ])('forgets %s', async (_, event, options, expected) => {
    expect((await leave({ event, logins: { default: three } }, options)).left).toEqual(expected);
  });

  it('leaves other profiles alone', async () => {
    const fake = memory({ logins: { default: [aLogin()], prod: [aLogin()] } });
    await run(logout, { all: true, user: false }, fake);
    expect(fake.logins['prod']).toHaveLength(1);
  });

  it('names them when several are stored and none is selected, and forgets none', async () => {
    const { failure, left } = await leave({ logins: { default: three } });
    expect(failure?.code).toBe('usage');
    expect(failure?.message).toContain('evt_a (organizer), evt_a (participant), evt_b (organizer)');
    expect(failure?.facts.hint).toBe('name one: revento logout --event evt_a, or pass --all');
    expect(left).toHaveLength(3);
  });

  it('fails for a login that is not there, which is most likely misspelled', async () => {
    const { failure } = await leave({ event: 'evt_x', logins: { default: [aLogin()] } });
    expect(failure?.code).toBe('failed');
    expect(failure?.message).toBe('Profile "default" has no login for event evt_x. There are: evt_a (organizer).');
  });

  it('succeeds with --all when nothing is stored: a clean-up can be repeated', async () => {
    const { failure, text, notices } = await leave({}, { all: true });
    expect(failure).toBeNull();
    expect(text).toBe('Nothing to do: profile "default" has no login.');
    expect(notices).toEqual([]);
  });

  it.each([
    ['the organizer', aLogin()],
    ['the participant', aLogin({ kind: 'user' })],
  ])('says that the consent stays until %s withdraws it', async (who, login) => {
    const { notices } = await leave({ logins: { default: [login] } });
    expect(notices).toEqual([
      `note: Revento has no way to revoke tokens from here: they were deleted on this machine, and access itself ends when ${who} revokes consent in Revento.`,
    ]);
  });

  it('says that REVENTO_ACCESS_TOKEN stays in use', async () => {
    const { notices } = await leave({ environmentToken: 'as-it-is-1234', logins: { default: [aLogin()] } });
    expect(notices[1]).toContain('REVENTO_ACCESS_TOKEN is still set');
  });
});
