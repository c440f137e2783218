import { requireProfileName } from '../files/file-name.ts';
import { oddityOf, secretText, settingText } from '../text/input.ts';
import { describeSetting } from './rows.ts';
import { type SecretName, type SettingName, settingNames } from './types.ts';

/** Secrets the environment may carry: those of a profile, a ready access token, the store's passphrase. */
export type EnvironmentSecret = SecretName | 'access_token' | 'store_key';

export const secretVariables: Readonly<Record<EnvironmentSecret, string>> = {
  client_secret: 'REVENTO_CLIENT_SECRET',
  webhook_secret: 'REVENTO_WEBHOOK_SECRET',
  webhook_secret_previous: 'REVENTO_WEBHOOK_SECRET_PREVIOUS',
  access_token: 'REVENTO_ACCESS_TOKEN',
  store_key: 'REVENTO_STORE_KEY',
};

/** How each is read. The passphrase is not touched: another one would lock the store. */
const readings: Readonly<Record<EnvironmentSecret, (text: string) => string>> = {
  client_secret: secretText,
  webhook_secret: secretText,
  webhook_secret_previous: secretText,
  // A blank one is kept, to be refused: without it, a stored login would be used.
  access_token: (text) => settingText(text) || text,
  store_key: (text) => text,
};

export interface Environment {
  /** Settings by name; an empty variable is not among them. */
  readonly values: Readonly<Partial<Record<SettingName, string>>>;
  readonly secrets: Readonly<Partial<Record<EnvironmentSecret, string>>>;
  /** REVENTO_PROFILE. */
  readonly profile: string | null;
  /** The environment without the secrets: what children get. */
  readonly childEnv: Readonly<Record<string, string>>;
  /** One sentence for each variable that is set to nothing. */
  readonly warnings: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment, read once: settings, secrets, and what a child may see.
 *
 * An empty variable counts as unset, with a warning: a CI job whose secret is missing gets an empty string, and must
 * not silently run with another login. After reading, `wire.ts` calls `forgetSecrets`.
 */
export function readEnvironment(env: Variables): Environment {
  const values: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = firstOf(env, describeSetting(name).variables);
    if (value) values[name] = value;
  }
  const secrets: Partial<Record<EnvironmentSecret, string>> = {};
  for (const [name, variable] of secretEntries()) {
    const value = readings[name](env[variable] ?? '');
    if (value !== '') secrets[name] = value;
  }
  const childEnv: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) if (value !== undefined) childEnv[variable] = value;
  forgetSecrets(childEnv);
  return {
    values,
    secrets,
    profile: settingText(env['REVENTO_PROFILE'] ?? '') || null,
    childEnv,
    warnings: warningsOf(env),
  };
}

/** Deletes every secret from an environment: children started later and `/proc` readers of them get none. */
export function forgetSecrets(env: Record<string, string | undefined>): void {
  for (const [, variable] of secretEntries()) delete env[variable];
}

/**
 * A warning when `NODE_DEBUG` makes Node print requests, with unmasked URLs and headers; null otherwise. Show it before
 * a login.
 */
export function nodeDebugWarning(env: Variables): string | null {
  const sections = (env['NODE_DEBUG'] ?? '').toLowerCase().split(',');
  const telling = sections.map((section) => section.trim()).filter((section) => leaks(section));
  if (telling.length === 0) return null;
  return `NODE_DEBUG=${telling.join(',')} makes Node print codes and tokens unmasked; unset it, and do not share the output`;
}

/** NODE_DEBUG takes wildcards: `*` and `h*` name `http` too. */
function leaks(section: string): boolean {
  if (section === '') return false;
  const pattern = new RegExp(`^${section.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  return ['http', 'https', 'http2', 'undici', 'fetch', 'net', 'tls'].some((name) => pattern.test(name));
}

function warningsOf(env: Variables): string[] {
  const known = [
    ...settingNames.flatMap((name) => describeSetting(name).variables),
    ...secretEntries().map(([, variable]) => variable),
    'REVENTO_PROFILE',
    'REVENTO_CONFIG_DIR',
  ];
  const isEmpty = (variable: string) =>
    variable === secretVariables.access_token ? env[variable] === '' : settingText(env[variable] ?? '') === '';
  const empty = known.filter((variable) => env[variable] !== undefined && isEmpty(variable));
  const odd = secretEntries().flatMap(([name, variable]) => {
    const oddity = oddityOf(readings[name](env[variable] ?? ''));
    // A blank token is not used: it is refused where it would be.
    const isUnused = empty.includes(variable) || settingText(env[variable] ?? '') === '';
    return oddity === null || isUnused ? [] : [`${variable} ${oddity}; used as is`];
  });
  return [...empty.map((variable) => `${variable} is empty and counts as unset`), ...odd];
}

function firstOf(env: Variables, variables: readonly string[]): string | undefined {
  return variables.map((variable) => settingText(env[variable] ?? '')).find((value) => value !== '');
}

function secretEntries(): readonly (readonly [EnvironmentSecret, string])[] {
  return Object.entries(secretVariables) as [EnvironmentSecret, string][];
}

/**
 * The profile to work on: `--profile`, REVENTO_PROFILE, the one `revento profile use` chose, or `default`.
 *
 * @throws ReventoError `usage` when the name cannot be a file name, `file` when the settings cannot be read
 */
export function selectProfile(
  flag: string | undefined,
  environment: Environment,
  file: { defaultProfile(): string },
): string {
  return requireProfileName(flag ?? environment.profile ?? file.defaultProfile());
}

/** Whether an environment variable switches something on: set, and neither empty, `0` nor `false` in any case. */
export function isOn(value: string | undefined): boolean {
  return !['', '0', 'false'].includes(settingText(value ?? '').toLowerCase());
}
