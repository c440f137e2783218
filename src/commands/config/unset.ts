import type { CommandModule } from '../../command-kit/command.ts';
import { describeSetting } from '../../config/rows.ts';
import { valueItem } from '../../output/item.ts';
import { moveStore, settingInWords } from './set.ts';
import { configName } from './setting-name.ts';

interface ConfigUnsetOptions {
  readonly name: string;
}

/** `revento config unset`: removes one setting of the selected profile; doing it twice is not an error. */
export const configUnset: CommandModule<ConfigUnsetOptions> = {
  declare: (command) => command.argument('<name>', 'setting, see `revento config list`'),
  examples: {
    'revento config unset default_event': 'back to the default',
    'revento config unset webhook_secret_previous': 'when a rotation has finished',
  },
  layout: { shape: 'value', isText: true },

  async *run({ name }, deps) {
    const wanted = configName(name);
    if (wanted.name === 'key_store') await moveStore('keyfile', deps);
    if (wanted.isSecret) await (await deps.secrets()).set({ [wanted.name]: null });
    else await (await deps.settingsFile()).update(deps.profile, { [wanted.name]: null });
    const fallback = wanted.isSecret ? undefined : describeSetting(wanted.name).default;
    yield valueItem(
      { profile: deps.profile, name: wanted.name, value: fallback ?? null },
      (style) =>
        `${style.green('✓')} ${settingInWords(wanted, deps.profile)} is unset${fallback ? `; the default is ${fallback}` : ''}.`,
    );
  },
};
