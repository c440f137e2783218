import { secretVariables } from '../../config/environment.ts';
import { describeSetting } from '../../config/rows.ts';
import { settingNames } from '../../config/types.ts';
import { controlVariable } from '../../sandbox/control/key.ts';
import { listenerVariable } from '../../webhook/defaults.ts';
import type { TopicContent } from './topic.ts';

const secretMeaning: Readonly<Record<keyof typeof secretVariables, string>> = {
  client_secret: 'the integration’s secret; unset for a public client',
  webhook_secret: 'the signing secret of webhooks',
  webhook_secret_previous: 'the signing secret before a rotation; deliveries signed with it still verify',
  access_token: 'an access token, used as it is: never stored, never refreshed',
  store_key: 'passphrase that encrypts the token store, instead of the key file',
};

const others: Readonly<Record<string, string>> = {
  REVENTO_PROFILE: 'profile to use',
  REVENTO_CONFIG_DIR: 'directory for settings, encrypted tokens and their key file, instead of the default ones',
  [listenerVariable]:
    'where `webhook trigger` and `webhook replay` send; set for the command that `webhook listen` runs',
  [controlVariable]:
    'the control key of a sandbox, set for the command of `sandbox exec`: `sandbox trigger` and the other sandbox commands use it',
  REVENTO_DEBUG: '1: same as --debug',
  BROWSER: 'program that opens the consent page, such as "revento sandbox consent"',
  CI: 'when on (not 0 or false), never prompt, same as --no-input',
  'NO_COLOR, FORCE_COLOR': 'no color, or color even when piped; NO_COLOR wins',
  'HTTPS_PROXY, HTTP_PROXY, NO_PROXY':
    'proxies; this machine is always reached directly; NO_PROXY takes ranges (10.0.0.0/8) too',
  NODE_EXTRA_CA_CERTS: 'file with additional root certificates',
  NODE_TLS_REJECT_UNAUTHORIZED: '0 lets anybody on the network path read tokens; `login` and `doctor` warn about it',
  NODE_DEBUG: '`login` and `doctor` warn about values that make Node print tokens',
  'TERM, COLORTERM': 'what the terminal can show; TERM=dumb: no color',
  TZ: 'time zone of times in tables',
  'SSH_CONNECTION, SSH_TTY': 'when set, `login` explains how to consent from another machine',
  HOME: 'your home directory; the directories below default to places in it',
  'XDG_CONFIG_HOME, XDG_DATA_HOME': 'Linux: settings and encrypted tokens; the key file (~/.config, ~/.local/share)',
  'XDG_STATE_HOME, XDG_CACHE_HOME':
    'copies of logins that did not fit on a full disk; compiled code (~/.local/state, ~/.cache)',
  NODE_DISABLE_COMPILE_CACHE: '1: keep no compiled code',
  'APPDATA, LOCALAPPDATA': 'Windows: settings and encrypted tokens; the key file and compiled code',
};

const notes = [
  'A setting comes from the first of: flag, environment, profile (`revento config set`), default.',
  'An empty variable counts as unset; blanks around a setting and line ends after a secret are dropped. Secrets are never passed as arguments. Child processes do not inherit them, with two exceptions: the command of `webhook listen` gets the signing secrets, and that of `sandbox exec` the secrets of its own sandbox.',
  'There is no variable for a refresh token: it changes with every use, and the new one could not be written back.',
];

/** `revento help environment`: every variable that is read, and in which order settings are looked for. */
export function environment(): TopicContent {
  const rows = Object.entries(variables());
  return {
    data: rows.map(([name, meaning]) => ({ name, meaning })),
    parts: [rows.map(([term, meaning]) => ({ term, meaning })), notes.join('\n')],
  };
}

function variables(): Readonly<Record<string, string>> {
  const settings = settingNames.flatMap((name) => {
    const { variables: names, summary } = describeSetting(name);
    return names.length === 0 ? [] : [[names.join(', '), summary] as const];
  });
  const secrets = Object.entries(secretVariables).map(
    ([secret, name]) => [name, secretMeaning[secret as keyof typeof secretVariables]] as const,
  );
  return { ...Object.fromEntries([...settings, ...secrets]), ...others };
}
