import { readBytes } from '../../command-kit/byte-input.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { describeSetting, parseSetting } from '../../config/rows.ts';
import { type SecretName, type SettingName, secretNames } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { isPlaceholderHost, parseUrl } from '../../http/web-address.ts';
import { valueItem } from '../../output/item.ts';
import { decodeText, oddityOf, secretText, settingText } from '../../text/input.ts';
import { type Given, settingsInEnv } from './env-settings.ts';

interface ConfigInitOptions {
  readonly from?: string;
  readonly clientId?: string;
  readonly redirectUri?: string;
  readonly scope?: string;
}

/** The questions, in this order; the first three need an answer. */
const asked = ['auth_base', 'api_base', 'client_id', 'redirect_uri', 'default_event', 'scope'] as const;
const required: readonly SettingName[] = ['auth_base', 'api_base', 'client_id'];

/**
 * `revento config init`: all settings of a profile at once, from flags, a `.env` file and, on a terminal, questions.
 * Everything is checked before the first is written. Secrets come from the file or are typed unseen.
 */
export const configInit: CommandModule<ConfigInitOptions> = {
  declare: (command) =>
    command
      .option('--from <file>', 'take settings and secrets from a .env file (- for standard input)')
      .option('--client-id <id>', 'OAuth client ID')
      .option('--redirect-uri <uri>', 'registered redirect URI')
      .option('--scope <scopes>', 'scopes to request, space separated'),
  examples: {
    'revento config init': 'answer a few questions',
    'revento config init --from .env': 'take them from the .env of your integration',
    'revento config init --auth-base https://auth.example.org --api-base https://api.example.org/v1 --client-id app_1 --no-input':
      'from flags, for a script',
  },
  layout: { shape: 'value' },

  async *run({ from }, deps) {
    const given = await collect(from, deps);
    const settings = checkedSettings(given.settings, deps);
    for (const [name, value] of Object.entries(given.secrets)) checkSecret(name, value);
    await (await deps.settingsFile()).update(deps.profile, settings);
    await (await deps.secrets()).set(given.secrets);
    const secrets = secretNames.filter((name) => given.secrets[name] !== undefined);
    yield valueItem({ profile: deps.profile, settings, secrets }, (style) =>
      [
        `${style.green('✓')} Profile "${deps.profile}" is set up.`,
        ...Object.entries(settings).map(([name, value]) => `  ${name}: ${value}`),
        ...secrets.map((name) => `  ${name}: stored encrypted`),
      ].join('\n'),
    );
    for (const name of secrets) warnOfOddity(name, given.secrets[name] ?? '', deps);
  },
};

async function collect(
  from: string | undefined,
  deps: Pick<Deps, 'profile' | 'redactor' | 'settings' | 'signal' | 'terminal'>,
): Promise<Given> {
  const file = from === undefined ? { settings: {}, secrets: {} } : settingsInEnv(await textOf(from, deps));
  for (const value of Object.values(file.secrets)) deps.redactor.add(value);
  const settings = { ...file.settings, ...fromFlags(deps) };
  // A file or flags with all required values need no questions.
  const missing = required.filter((name) => settings[name] === undefined && !isKnown(name, deps));
  if (missing.length === 0 && Object.keys(settings).length > 0) return { settings, secrets: file.secrets };
  if (!deps.terminal.isInteractive) throw incomplete(missing, deps);
  return ask({ settings, secrets: file.secrets }, deps);
}

function fromFlags({ settings }: Pick<Deps, 'settings'>): Partial<Record<SettingName, string>> {
  const given = asked.filter((name) => settings.get(name)?.source === 'flag');
  return Object.fromEntries(given.map((name) => [name, settings.written(name)]));
}

/** Whether it is already set, and not to a placeholder. */
function isKnown(name: SettingName, { settings }: Pick<Deps, 'settings'>): boolean {
  const found = settings.get(name);
  return found !== null && found.source === 'profile' && !isPlaceholder(found.value);
}

async function textOf(path: string, deps: Pick<Deps, 'signal' | 'terminal'>): Promise<string> {
  const text = decodeText(await readBytes(path, deps));
  if (text !== null) return text;
  throw new ReventoError('usage', `${path === '-' ? 'Standard input' : path} is neither UTF-8 nor UTF-16 text.`);
}

function incomplete(missing: readonly SettingName[], { profile }: Pick<Deps, 'profile'>): ReventoError {
  const what = missing.length === 0 ? 'No settings were given' : `Missing: ${missing.join(', ')}`;
  const flags = (missing.length === 0 ? required : missing).map((name) => `${describeSetting(name).flag} VALUE`);
  return new ReventoError('usage', `${what}.`, {
    hint: `run: ${program(profile)} config init ${flags.join(' ')}, or: ${program(profile)} config init --from .env`,
  });
}

/** Asks for the missing values; an empty answer keeps the value in brackets, or leaves it unset. */
async function ask(
  given: Given,
  { terminal, settings, signal, redactor }: Pick<Deps, 'redactor' | 'settings' | 'signal' | 'terminal'>,
): Promise<Given> {
  const answers: Partial<Record<SettingName, string>> = { ...given.settings };
  for (const name of asked) {
    if (answers[name] !== undefined) continue;
    const present = settings.written(name);
    const shown = present === null || isPlaceholder(present) ? '' : ` [${present}]`;
    const answer = settingText(await terminal.ask(`${name} (${describeSetting(name).summary})${shown}: `, { signal }));
    if (answer !== '') answers[name] = answer;
    else if (required.includes(name) && shown === '') {
      throw new ReventoError('usage', `${name} is required.`, { hint: 'run the same command again' });
    }
  }
  const secrets: Partial<Record<SecretName, string>> = { ...given.secrets };
  for (const name of ['client_secret', 'webhook_secret'] as const) {
    if (secrets[name] !== undefined) continue;
    const answer = secretText(
      await terminal.ask(`${name} (input hidden; Enter to skip): `, { isHidden: true, signal }),
    );
    redactor.add(answer);
    if (answer !== '') secrets[name] = answer;
  }
  return { settings: answers, secrets };
}

/** @throws ReventoError `usage` for the first invalid value */
function checkedSettings(
  given: Given['settings'],
  { terminal }: Pick<Deps, 'terminal'>,
): Partial<Record<SettingName, string>> {
  for (const [name, value] of Object.entries(given) as [SettingName, string][]) {
    parseSetting(name, value);
    if (isPlaceholder(value)) {
      throw new ReventoError('usage', `${name} is a placeholder: ${value}.`, {
        hint: 'use the value that came with your credentials',
      });
    }
    const oddity = oddityOf(value);
    if (oddity !== null) terminal.notice(`warning: ${name} ${oddity}`);
  }
  return given;
}

/** The hosts of the guide, and placeholders of templates. */
function isPlaceholder(value: string): boolean {
  const url = parseUrl(value);
  if (url !== null) return isPlaceholderHost(url.hostname);
  return /^(<.*>|\.\.\.|…|x{3,}|change[-_ ]?me|your[-_ ].*|todo)$/i.test(value);
}

/** @throws ReventoError `usage`; the value is not repeated */
function checkSecret(name: string, value: string): void {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new ReventoError('usage', `${name} is not one line of text.`);
  if (isPlaceholder(value)) throw new ReventoError('usage', `${name} is a placeholder, not a secret.`);
}

function warnOfOddity(name: SecretName, value: string, { terminal }: Pick<Deps, 'terminal'>): void {
  const oddity = oddityOf(value);
  if (oddity !== null) terminal.notice(`warning: ${name} ${oddity}; it is kept as it is`);
}
