import { describe, expect, it } from 'vitest';
import { profileUse } from '../../../src/commands/profile/use.ts';
import { aLogin, memory, run, type World } from '../../support/commands/deps.ts';

const full: World = {
  profiles: {
    default: { client_id: 'app_1' },
    prod: { auth_base: 'https://auth.example.com', default_event: 'evt_a' },
  },
  logins: { prod: [aLogin(), aLogin({ kind: 'user' })], forgotten: [aLogin()] },
  secrets: { prod: { client_secret: 'sealed-secret' } },
};

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
    ['something', 'existing profiles: default, forgotten, prod'],
  ])('refuses %s, which does not exist', async (name, hint) => {
    const fake = memory(full);
    const { failure } = await run(profileUse, { name }, fake);
    expect(failure?.code).toBe('usage');
    expect(failure?.facts.hint).toContain(hint);
    expect(fake.chosenProfile).toBe('default');
  });

  it('says when REVENTO_PROFILE takes precedence', async () => {
    const fake = memory({ ...full, variables: { REVENTO_PROFILE: 'default' } });
    await run(profileUse, { name: 'prod' }, fake);
    expect(fake.notices).toEqual(['note: REVENTO_PROFILE is set and takes precedence']);
  });
});
