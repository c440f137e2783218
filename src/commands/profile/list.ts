import type { CommandModule } from '../../command-kit/command.ts';
import { describeSetting } from '../../config/rows.ts';
import { profileNames } from '../shared/profile-names.ts';

/** `revento profile list`: every profile, which one is selected, and what it holds. */
export const profileList: CommandModule = {
  declare: (command) => command,
  examples: {
    'revento profile list': 'every profile, and which is selected',
    "revento profile list --jq '.[].name'": 'their names, for a script',
  },
  layout: {
    shape: 'rows',
    columns: [
      { path: 'name' },
      { path: 'selected' },
      { path: 'logins' },
      { path: 'default_event' },
      { path: 'auth_base' },
    ],
  },

  async *run(_options, deps) {
    const settings = (await deps.settingsFile()).profiles();
    const stored = await deps.storedProfiles();
    const names = new Set([...(await profileNames(deps)), deps.profile]);
    yield {
      kind: 'rows',
      rows: [...names].sort().map((name) => ({
        name,
        selected: name === deps.profile,
        logins: stored.find((profile) => profile.name === name)?.logins.length ?? 0,
        default_event: settings[name]?.default_event ?? null,
        auth_base: settings[name]?.auth_base ?? describeSetting('auth_base').default ?? null,
        api_base: settings[name]?.api_base ?? describeSetting('api_base').default ?? null,
        client_id: settings[name]?.client_id ?? null,
      })),
    };
  },
};
