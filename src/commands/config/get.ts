import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { secretVariables } from '../../config/environment.ts';
import type { SecretName } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { valueItem } from '../../output/item.ts';
import { type ConfigName, configName } from './setting-name.ts';

interface ConfigGetOptions {
  readonly name: string;
  readonly reveal?: boolean;
}

/** The effective value as it may be shown, and its source; a secret is masked. Null when it is not set. */
export async function valueInForce(
  wanted: ConfigName,
  deps: Pick<Deps, 'secrets' | 'settings'>,
): Promise<{ readonly value: string; readonly source: string } | null> {
  if (!wanted.isSecret) return deps.settings.get(wanted.name);
  const found = await (await deps.secrets()).get(wanted.name);
  return found && { value: `${found.secret}`, source: found.source };
}

/**
 * `revento config get`: the effective value, from any source, and nothing else. A secret is masked on a terminal
 * and refused elsewhere, where a script would use the mask as the value; `--reveal` prints it.
 */
export const configGet: CommandModule<ConfigGetOptions> = {
  declare: (command) =>
    command.argument('<name>', 'setting, see `revento config list`').option('--reveal', 'print a secret in the clear'),
  examples: {
    'revento config get api_base': 'one value, wherever it comes from',
    'revento config get default_event -p sandbox': 'of another profile',
    'SECRET=$(revento config get webhook_secret --reveal)': 'a secret, for a script',
  },
  layout: { shape: 'value', isText: true },

  async *run({ name, reveal = false }, deps) {
    const wanted = configName(name);
    const found = wanted.isSecret && reveal ? await secretInForce(wanted.name, deps) : await valueInForce(wanted, deps);
    if (found === null) throw missing(wanted, deps);
    if (wanted.isSecret && !reveal && !deps.isStdoutTty) throw masked(wanted.name, deps);
    yield valueItem({ name: wanted.name, ...found }, () => found.value);
  },
};

async function secretInForce(name: SecretName, { secrets }: Pick<Deps, 'secrets'>) {
  const found = await (await secrets()).get(name);
  return found && { value: found.secret.reveal(), source: found.source };
}

function masked(name: SecretName, { profile }: Pick<Deps, 'profile'>): ReventoError {
  return new ReventoError('usage', `${name} is a secret, so it is not printed into a pipe or file without --reveal.`, {
    hint: `run: ${program(profile)} config get ${name} --reveal`,
  });
}

/** @throws ReventoError `setting_missing`, with the ways to set it */
function missing(wanted: ConfigName, { settings, profile }: Pick<Deps, 'profile' | 'settings'>): unknown {
  if (!wanted.isSecret) return settings.require(wanted.name);
  const variable = secretVariables[wanted.name];
  return new ReventoError('setting_missing', `${wanted.name} is not set.`, {
    hint: `run: ${program(profile)} config set ${wanted.name} < FILE, or set ${variable}`,
  });
}
