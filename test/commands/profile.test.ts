import { describe, expect, it } from 'vitest';
import { profileList } from '../../src/commands/profile/list.ts';
import { profileRemove } from '../../src/commands/profile/remove.ts';
import { profileUse } from '../../src/commands/profile/use.ts';
import { aLogin, memory, run, type World } from '../support/command-deps.ts';

const full: World = {
  profiles: {
    default: { client_id: 'app_1' },
    prod: { auth_base: 'https://auth.example.com', default_event: 'evt_a' },
  },
  logins: { prod: [aLogin(), aLogin({ kind: 'user' })], forgotten: [aLogin()] },
  secrets: { prod: { client_secret: 'sealed-secret' } },
};

describe('profile list', () => {
  it('shows profiles with settings and those with only a login, and which is selected', async () => {
    const { data } = await run(profileList, {}, memory({ ...full, profile: 'prod' }));
    expect(data).toEqual([
      {
        name: 'default',
        selected: false,
        logins: 0,
        default_event: null,
        auth_base: 'https://auth.revento.example',
        api_base: 'https://api.revento.example/api/v1',
        client_id: 'app_1',
      },
      expect.objectContaining({ name: 'forgotten', selected: false, logins: 1 }),
      expect.objectContaining({ name: 'prod', selected: true, logins: 2, default_event: 'evt_a' }),
    ]);
  });

  it('shows the selected profile on a fresh machine', async () => {
    const { data } = await run(profileList, {}, memory());
    expect(data).toEqual([expect.objectContaining({ name: 'default', selected: true, logins: 0 })]);
  });
});

describe('profile use', () => {
  it('remembers the profile', async () => {
    const fake = memory(full);
    expect((await run(profileUse, { name: 'prod' }, fake)).text).toBe('✓ Using profile "prod" from now on.');
    expect(fake.chosenProfile).toBe('prod');
  });

  it('goes back to the default profile even when nothing is configured for it', async () => {
    const fake = memory({ profiles: { prod: {} } });
    expect((await run(profileUse, { name: 'default' }, fake)).failure).toBeNull();
  });

  it.each([
    ['prdo', 'did you mean prod?'],
    ['something', 'known profiles: default, forgotten, prod'],
  ])('refuses %s, which does not exist', async (name, hint) => {
    const fake = memory(full);
    const { failure } = await run(profileUse, { name }, fake);
    expect(failure?.code).toBe('usage');
    expect(failure?.facts.hint).toContain(hint);
    expect(fake.chosenProfile).toBe('default');
  });

  it('says when REVENTO_PROFILE goes before it', async () => {
    const fake = memory({ ...full, variables: { REVENTO_PROFILE: 'default' } });
    await run(profileUse, { name: 'prod' }, fake);
    expect(fake.notices).toEqual(['note: REVENTO_PROFILE is set and goes before it']);
  });
});

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
    expect(fake.notices[0]).toContain('withdraws the consent in Revento');
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
