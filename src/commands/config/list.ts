import type { CommandModule } from '../../command-kit/command.ts';
import { secretNames, settingNames } from '../../config/types.ts';
import { valueInForce } from './get.ts';
import type { ConfigName } from './setting-name.ts';

/**
 * `revento config list`: every setting of the profile, its effective value and where it comes from. A secret's value
 * is masked in a table; formats for programs have null, which can't be mistaken for it.
 */
export const configList: CommandModule = {
  declare: (command) => command,
  examples: {
    'revento config list': 'every setting, its value and where it comes from',
    'revento config list -o csv --columns name,source': 'only which source decided',
  },
  layout: { shape: 'rows', columns: [{ path: 'name' }, { path: 'value' }, { path: 'source' }] },

  async *run(_options, deps) {
    const names: ConfigName[] = [
      ...settingNames.map((name) => ({ isSecret: false, name }) as const),
      ...secretNames.map((name) => ({ isSecret: true, name }) as const),
    ];
    const rows = [];
    for (const wanted of names) {
      const found = await valueInForce(wanted, deps);
      const isShown = !wanted.isSecret || deps.format === 'table';
      rows.push({ name: wanted.name, value: isShown ? (found?.value ?? null) : null, source: found?.source ?? null });
    }
    yield { kind: 'rows', rows };
  },
};
