import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
const env = {
  REVENTO_CLIENT_ID: 'client_1',
  REVENTO_AUTH_BASE: 'https://auth.test',
  REVENTO_API_BASE: 'https://api.test',
  REVENTO_EVENT: 'evt_1',
};
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const run = (command: string) => rig.run(command.split(' '), { env });

/** Stores a login as `--with-token` does; gives its access token. */
async function logIn(userId: string | null, flags = '--user'): Promise<string> {
  const accessToken = `rev_user_${randomBytes(18).toString('base64url')}`;
  const answer = {
    access_token: accessToken,
    refresh_token: `rev_refresh_${randomBytes(18).toString('base64url')}`,
    expires_in: 3600,
    event_id: 'evt_1',
    scope: 'profile.read',
    ...(userId !== null && { user_id: userId }),
  };
  const done = await rig.run(['login', '--with-token', ...flags.split(' ').filter(Boolean)], {
    env,
    input: JSON.stringify(answer),
  });
  expect(done.code).toBe(0);
  return accessToken;
}

describe('two participants of one event', () => {
  it('have separate logins, selected by --user-id', async () => {
    const [first, second] = [await logIn('usr_1'), await logIn('usr_2')];
    expect((await run('token --user-id usr_1')).stdout.trim()).toBe(first);
    expect((await run('token --user --user-id usr_2')).stdout.trim()).toBe(second);
    const { logins } = JSON.parse((await run('status --json')).stdout);
    expect(logins).toMatchObject([
      { event_id: 'evt_1', kind: 'user', user_id: 'usr_1' },
      { event_id: 'evt_1', kind: 'user', user_id: 'usr_2' },
    ]);
    expect((await run('status')).stdout).toContain('evt_1 (participant usr_2)');
  });

  it.each(['token --user', 'token refresh --user', 'me profile', 'logout --user'])(
    '`%s` asks which is meant, with a command that says it',
    async (command) => {
      await logIn('usr_1');
      await logIn('usr_2');
      const { code, stderr } = await run(command);
      expect(code).toBe(2);
      expect(stderr).toContain('There are several: evt_1 (participant usr_1), evt_1 (participant usr_2).');
      expect(stderr).toMatch(/^hint: name one: revento .* --user-id usr_1/m);
    },
  );

  it('are logged out one by one', async () => {
    await logIn('usr_1');
    const second = await logIn('usr_2');
    const { code, stdout } = await run('logout --user-id usr_1 --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).forgotten).toEqual([{ event_id: 'evt_1', kind: 'user', user_id: 'usr_1' }]);
    expect((await run('token --user')).stdout.trim()).toBe(second);
    expect((await run('logout --user-id usr_1')).code).toBe(1);
  });

  it('go together when the event is logged out of', async () => {
    await logIn('usr_1');
    await logIn('usr_2');
    await logIn(null, '');
    expect((await run('logout --event evt_1')).code).toBe(0);
    expect(JSON.parse((await run('status --json')).stdout).logins).toEqual([]);
  });

  it('are not mistaken for one another: a user without a login has none', async () => {
    await logIn('usr_1');
    const { code, stdout, stderr } = await run('token --user-id usr_9');
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('participant usr_9');
  });
});

describe('a participant', () => {
  it('who logs in again replaces the own login only', async () => {
    await logIn('usr_1');
    await logIn('usr_2');
    const newer = await logIn('usr_1');
    expect((await run('token --user-id usr_1')).stdout.trim()).toBe(newer);
    expect(JSON.parse((await run('status --json')).stdout).logins).toHaveLength(2);
  });

  it('whom the server does not name has one login an event, as before', async () => {
    await logIn(null);
    const newer = await logIn(null);
    expect((await run('token --user')).stdout.trim()).toBe(newer);
    expect(JSON.parse((await run('status --json')).stdout).logins).toHaveLength(1);
  });
});
