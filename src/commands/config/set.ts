import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { secretVariables } from '../../config/environment.ts';
import { describeSetting, parseSetting } from '../../config/rows.ts';
import type { SettingName } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { valueItem } from '../../output/item.ts';
import type { KeySource } from '../../ports/store.ts';
import { oddityOf, settingText } from '../../text/input.ts';
import { type InputDeps, readSecret } from './secret-input.ts';
import { type ConfigName, configName } from './setting-name.ts';

interface ConfigSetOptions {
  readonly name: string;
  readonly value?: string;
}

/** What re-encrypting the store needs. */
type MoveDeps = Pick<Deps, 'keyStore' | 'terminal'>;

/** What finding the source of a setting needs. */
type SourceDeps = Pick<Deps, 'childEnv' | 'secrets' | 'settings'>;

/**
 * `revento config set`: writes one setting of the selected profile. Secrets come on standard input or are typed
 * unseen, and are kept sealed; the other settings are arguments and kept in `config.json`.
 */
export const configSet: CommandModule<ConfigSetOptions> = {
  declare: (command) =>
    command
      .argument('<name>', 'setting, see `revento config list`')
      .argument('[value]', 'value; never for a secret, which is read from standard input or prompted for'),
  examples: {
    'revento config set client_id app_123': 'a setting of the profile',
    'revento config set client_secret < secret.txt': 'a secret, from standard input',
    'revento config set key_store keyring': 'encrypt the tokens with a key from the OS keyring',
  },
  layout: { shape: 'value', isText: true },

  async *run({ name, value }, deps) {
    const wanted = configName(name);
    const shown = wanted.isSecret ? await setSecret(wanted, value, deps) : await setPlain(wanted.name, value, deps);
    yield valueItem(
      { profile: deps.profile, name: wanted.name, value: shown },
      (style) => `${style.green('✓')} ${settingInWords(wanted, deps.profile)} is ${shown}.`,
    );
    await warnOfPrecedence(wanted, deps);
  },
};

async function setPlain(
  name: SettingName,
  value: string | undefined,
  deps: MoveDeps & Pick<Deps, 'profile' | 'settingsFile'>,
): Promise<string> {
  if (value === undefined) {
    throw new ReventoError('usage', `What should ${name} be?`, {
      hint: `run: ${program(deps.profile)} config set ${name} VALUE`,
    });
  }
  const written = settingText(value);
  if (written === '') {
    throw new ReventoError('usage', `The value of ${name} is empty.`, {
      hint: `to remove it, run: ${program(deps.profile)} config unset ${name}`,
    });
  }
  const parsed = parseSetting(name, written);
  // The files first: the setting decides only for new logins, and must not be stored if this fails.
  if (name === 'key_store') await moveStore(parsed as KeySource, deps);
  await (await deps.settingsFile()).update(deps.profile, { [name]: written });
  return parsed;
}

export function settingInWords({ name }: ConfigName, profile: string): string {
  return name === 'key_store' ? 'key_store of all profiles' : `${name} of profile "${profile}"`;
}

/**
 * Re-encrypts the store with the key of another source.
 *
 * @throws ReventoError what `rekey` throws; nothing is changed then
 */
export async function moveStore(target: KeySource, deps: MoveDeps): Promise<void> {
  const { moved } = await (await deps.keyStore()).rekey(target);
  if (moved > 0) deps.terminal.notice(`note: ${moved} stored ${moved === 1 ? 'file was' : 'files were'} re-encrypted`);
}

async function setSecret(
  { name }: Extract<ConfigName, { isSecret: true }>,
  value: string | undefined,
  deps: InputDeps & Pick<Deps, 'secrets'>,
): Promise<string> {
  if (value !== undefined && value !== '-') {
    // Registered first, so that nothing below prints it again.
    deps.redactor.add(value);
    throw new ReventoError('usage', `${name} is a secret and is never taken as an argument.`, {
      hint:
        `run: ${program(deps.profile)} config set ${name} < FILE, or without the redirection to be asked for it; ` +
        'it is now in your shell history; treat it as leaked and rotate it',
    });
  }
  const text = await readSecret(name, deps);
  const secret = deps.redactor.add(text);
  await (await deps.secrets()).set({ [name]: secret.reveal() });
  // It may be intended; if not, signatures would not match.
  const oddity = oddityOf(text);
  if (oddity !== null) deps.terminal.notice(`warning: ${name} ${oddity}; stored as is`);
  return `${secret}`;
}

/** Warns when the value just set is overridden. */
async function warnOfPrecedence(wanted: ConfigName, deps: SourceDeps & Pick<Deps, 'terminal'>): Promise<void> {
  const variable = await overridingVariable(wanted, deps);
  if (variable !== undefined) deps.terminal.notice(`note: ${variable} is set and takes precedence`);
}

async function overridingVariable(wanted: ConfigName, deps: SourceDeps): Promise<string | undefined> {
  if (wanted.isSecret) {
    const inForce = await (await deps.secrets()).get(wanted.name);
    return inForce?.source === 'environment' ? secretVariables[wanted.name] : undefined;
  }
  if (deps.settings.get(wanted.name)?.source !== 'environment') return undefined;
  return describeSetting(wanted.name).variables.find((name) => deps.childEnv[name]);
}
