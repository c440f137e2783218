import { describe, expect, it } from 'vitest';
import { profileRemove } from '../../../src/commands/profile/remove.ts';
import { aLogin, memory, run, type World } from '../../support/commands/deps.ts';

const full: World = {
  profiles: {
    default: { client_id: 'app_1' },
    prod: { auth_base: 'https://auth.example.com', default_event: 'evt_a' },
  },
  logins: { prod: [aLogin(), aLogin({ kind: 'user' })], forgotten: [aLogin()] },
  secrets: { prod: { client_secret: 'sealed-secret' } },
};

describe('profile remove', () => {
  const remove = async (world: World, name: string, yes = false) => {
    const fake = memory(world);
    return { ...(await run(profileRemove, { name, yes }, fake)), fake };
  };

  it('removes a profile without logins without asking', async () => {
    const { fake, text } = await remove({ profiles: { default: {}, old: {} } }, 'old');
    expect(Object.keys(fake.profiles)).toEqual(['default']);
    expect(text).toBe('✓ Removed profile "old".');
  });

  it('refuses while there are logins, and names them and the flag', async () => {
    const { fake, failure } = await remove(full, 'prod');
    expect(failure?.code).toBe('usage');
    expect(failure?.message).toBe('Profile "prod" has 2 logins: evt_a (organizer), evt_a (participant).');
    expect(failure?.facts.hint).toBe('to forget them as well, run: revento profile remove prod --yes');
    expect(fake.logins['prod']).toHaveLength(2);
    expect(fake.profiles).toHaveProperty('prod');
  });

  it('forgets logins, secrets and settings with --yes, and says that the consent stays', async () => {
    const { fake, text } = await remove(full, 'prod', true);
    expect(fake.logins['prod']).toEqual([]);
    expect(fake.secrets['prod']).toEqual({});
    expect(fake.profiles).not.toHaveProperty('prod');
    expect(fake.logins['forgotten']).toHaveLength(1);
    expect(text).toBe('✓ Removed profile "prod", and with it evt_a (organizer), evt_a (participant).');
    expect(fake.notices[0]).toContain('revokes consent in Revento');
  });

  it.each([
    ['y', true],
    ['YES', true],
    ['n', false],
    ['', false],
  ])('asks on a terminal: %j', async (answer, isRemoved) => {
    const { fake, failure } = await remove({ ...full, answers: [answer] }, 'prod');
    expect(fake.questions[0]?.text).toBe('Profile "prod" has 2 logins. Forget them as well? [y/N] ');
    expect(fake.logins['prod']?.length === 0).toBe(isRemoved);
    expect(failure?.code).toBe(isRemoved ? undefined : 'failed');
  });

  it('refuses a profile that does not exist', async () => {
    expect((await remove(full, 'nope')).failure?.code).toBe('usage');
  });
});
