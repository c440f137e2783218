import type { CommandModule } from '../../command-kit/command.ts';
import { valueItem } from '../../output/item.ts';
import { requireProfile } from '../shared/profile-names.ts';

interface ProfileUseOptions {
  readonly name: string;
}

/** `revento profile use`: the profile that commands work on when none is named. */
export const profileUse: CommandModule<ProfileUseOptions> = {
  declare: (command) => command.argument('<name>', 'profile, see `revento profile list`'),
  examples: {
    'revento profile use sandbox': 'work in the sandbox from now on',
    'revento profile use default': 'and back',
  },
  layout: { shape: 'value', isText: true },

  async *run({ name }, deps) {
    // `default` is always there, configured or not: it is the way back.
    if (name !== 'default') await requireProfile(name, deps);
    await (await deps.settingsFile()).use(name);
    yield valueItem({ profile: name }, (style) => `${style.green('✓')} Using profile "${name}" from now on.`);
    if (deps.childEnv['REVENTO_PROFILE']) {
      deps.terminal.notice('note: REVENTO_PROFILE is set and takes precedence');
    }
  },
};
