import { describe, expect, it } from 'vitest';
import { profileList } from '../../../src/commands/profile/list.ts';
import { aLogin, memory, run, type World } from '../../support/commands/deps.ts';

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
