import type { CommandModule } from '../../command-kit/command.ts';
import { valueItem } from '../../output/item.ts';

/** `revento config path`: the settings file, whether it exists or not. */
export const configPath: CommandModule = {
  declare: (command) => command,
  examples: {
    'cat "$(revento config path)"': 'the file itself',
    'revento config path --jq .config_dir': 'the directory with the sealed logins',
  },
  layout: { shape: 'value', isText: true },

  async *run(_options, deps) {
    const { path } = await deps.settingsFile();
    const { configDir, dataDir } = deps.settings;
    yield valueItem({ path, config_dir: configDir, data_dir: dataDir }, () => path);
  },
};
