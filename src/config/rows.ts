import { program } from '../errors/next-command.ts';
import { ReventoError } from '../errors/revento-error.ts';
import { requireFileName } from '../files/file-name.ts';
import { isSafeTransport, parseUrl } from '../http/web-address.ts';
import { outputFormats } from '../output/item.ts';
import { keySources } from '../ports/store.ts';
import { oddityOf, settingText } from '../text/input.ts';
import { type SettingName, type SettingSource, type Settings, settingNames } from './types.ts';

/** Everything about one setting. */
interface SettingRow {
  /** Environment variables, first found wins. */
  readonly variables: readonly string[];
  readonly flag?: string;
  readonly default?: string;
  readonly summary: string;
  /** Another remedy when it is missing, for users without a value. */
  readonly without?: string;
  /** The value in the form it is used in. Throws an Error whose message ends the sentence "NAME must be …". */
  readonly parse: (value: string) => string;
}

const rows: Readonly<Record<SettingName, SettingRow>> = {
  auth_base: {
    variables: ['REVENTO_AUTH_BASE'],
    flag: '--auth-base',
    default: 'https://auth.revento.example',
    summary: 'base URL of the authorization server',
    parse: parseBase,
  },
  api_base: {
    variables: ['REVENTO_API_BASE'],
    flag: '--api-base',
    default: 'https://api.revento.example/api/v1',
    summary: 'base URL of the API',
    parse: parseBase,
  },
  client_id: {
    variables: ['REVENTO_CLIENT_ID'],
    flag: '--client-id',
    summary: 'OAuth client ID',
    without: 'without one, try the sandbox: revento sandbox start',
    parse: parseLine,
  },
  redirect_uri: {
    variables: ['REVENTO_REDIRECT_URI'],
    flag: '--redirect-uri',
    default: 'http://localhost:3000/callback',
    summary: 'where the browser is sent after consent, exactly as registered',
    parse: parseRedirectUri,
  },
  scope: {
    variables: ['REVENTO_SCOPE'],
    flag: '--scope',
    summary: 'scopes to request, space separated',
    parse: parseLine,
  },
  default_event: {
    variables: ['REVENTO_EVENT', 'SANDBOX_EVENT_ID'],
    flag: '--event',
    summary: 'default event',
    parse: (value) => requireFileName('event', value),
  },
  output: {
    variables: ['REVENTO_OUTPUT'],
    flag: '--output',
    default: 'table',
    summary: 'output format',
    parse: (value) => oneOf(value, outputFormats),
  },
  key_store: {
    variables: [],
    default: 'keyfile',
    summary: 'what protects the stored tokens',
    parse: (value) => oneOf(value, keySources),
  },
};

/** A setting's sources and meaning, for help, `config list` and error messages. */
export function describeSetting(name: SettingName): Omit<SettingRow, 'parse'> {
  return rows[name];
}

/** Whether a text names a setting that is not secret. */
export function isSettingName(text: string): text is SettingName {
  return (settingNames as readonly string[]).includes(text);
}

/**
 * A setting's value in the form it is used in: a base loses its trailing slashes, the rest stays as it is.
 *
 * @throws ReventoError `usage`, its message beginning with `from` (a flag, a variable or the setting's name), with
 *   `hint` as its remedy
 */
export function parseSetting(name: SettingName, value: string, from: string = name, hint?: string): string {
  const oddity = oddityOf(value);
  if (oddity !== null) throw new ReventoError('usage', `${from} ${oddity}.`, { hint: hint ?? 'correct the value' });
  try {
    return rows[name].parse(value);
  } catch (error) {
    if (error instanceof ReventoError) throw new ReventoError(error.code, `${from}: ${error.message}`, { hint });
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReventoError('usage', `${from} must be ${reason}`, { hint });
  }
}

export interface SettingLayers {
  /** Values of this run's flags, by setting: `--event` is `default_event`, `--output` is `output`. */
  readonly flags: Partial<Record<SettingName, string | undefined>>;
  /** `readEnvironment(process.env).values` */
  readonly environment: Partial<Record<SettingName, string>>;
  /** `settingsFile.of(profile)` */
  readonly profile: Partial<Record<SettingName, string>>;
  /** Selected profile, for the remedy in errors. */
  readonly profileName: string;
  /** Where the profile sets it: a path and a line. */
  readonly placeOf: (name: SettingName) => string;
  readonly configDir: string;
  readonly dataDir: string;
}

/**
 * The effective settings: flag, then environment, then profile, then default.
 *
 * `get` gives the value in its used form, or as written when it is malformed, and never throws: showing settings
 * must not fail. `require` refuses a malformed one, so the check happens where the value is about to be used.
 * `wire.ts` reads the event to work on from `get('default_event')`.
 */
export function resolveSettings(layers: SettingLayers): Settings {
  const find = (name: SettingName) => {
    const { flags, environment, profile } = layers;
    const found: readonly (readonly [SettingSource, string | undefined])[] = [
      ['flag', flags[name]],
      ['environment', environment[name]],
      ['profile', profile[name]],
      ['default', rows[name].default],
    ];
    for (const [source, written = ''] of found) {
      const value = settingText(written);
      if (value !== '') return { value, source };
    }
    return null;
  };
  return {
    configDir: layers.configDir,
    dataDir: layers.dataDir,
    get(name) {
      const found = find(name);
      if (found === null) return null;
      try {
        return { ...found, value: rows[name].parse(found.value) };
      } catch {
        return found;
      }
    },
    require(name) {
      const found = find(name);
      if (found !== null) {
        const from = nameOfSource(name, found.source, layers.placeOf);
        return parseSetting(name, found.value, from, remedyFor(name, found.source, layers.profileName));
      }
      throw missing(name, layers.profileName);
    },
    written: (name) => find(name)?.value ?? null,
  };
}

function nameOfSource(name: SettingName, source: SettingSource, placeOf: SettingLayers['placeOf']): string {
  const { flag, variables } = rows[name];
  if (source === 'flag') return flag ?? name;
  if (source === 'environment') return variables.join(' or ');
  return source === 'profile' ? `the setting ${name} (${placeOf(name)})` : `the setting ${name}`;
}

function remedyFor(name: SettingName, source: SettingSource, profile: string): string | undefined {
  if (source === 'flag') return undefined;
  if (source === 'environment') return `correct or unset ${rows[name].variables.join(' or ')}`;
  return `run: ${configSet(name, profile)}`;
}

function configSet(name: SettingName, profile: string): string {
  return `${program(profile)} config set ${name} VALUE`;
}

function missing(name: SettingName, profile: string): ReventoError {
  const { flag, variables, summary, without } = rows[name];
  const ways = [
    ...(flag ? [`pass ${flag} VALUE`] : []),
    ...(variables[0] ? [`set ${variables[0]}`] : []),
    `run: ${configSet(name, profile)}`,
  ];
  return new ReventoError('setting_missing', `${name} is not set (${summary})`, {
    hint: [ways.join(', or '), ...(without ? [without] : [])].join('; '),
    ...(name === 'client_id' && { lacks: name }),
  });
}

function parseBase(value: string): string {
  const url = parseUrl(value);
  if (url === null) throw new Error(`a URL such as https://auth.revento.example, not ${JSON.stringify(value)}`);
  if (url.username !== '' || url.password !== '') throw new Error('a URL without a user name or password in it');
  if (url.search !== '' || url.hash !== '') throw new Error('a URL without a query or fragment');
  if (!isSafeTransport(url)) {
    throw new Error(`an https URL (plain http is for this machine only), not ${JSON.stringify(value)}`);
  }
  return value.replace(/\/+$/, '');
}

/** Checked and passed on byte for byte: the server compares it with what is registered as plain text. */
function parseRedirectUri(value: string): string {
  const url = parseUrl(value);
  if (url === null) throw new Error(`a URL such as http://localhost:3000/callback, not ${JSON.stringify(value)}`);
  if (url.username !== '' || url.password !== '') throw new Error('a URL without a user name or password in it');
  if (value.includes('#')) throw new Error('a URL without a fragment');
  if (!isSafeTransport(url)) throw new Error(`an https URL, or http on localhost, not ${JSON.stringify(value)}`);
  return value;
}

function parseLine(value: string): string {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new Error('one line without control characters');
  return value;
}

function oneOf(value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw new Error(`one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}
