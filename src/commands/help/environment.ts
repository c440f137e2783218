import { secretVariables } from '../../config/environment.ts';
import { describeSetting } from '../../config/rows.ts';
import { settingNames } from '../../config/types.ts';
import { controlVariable } from '../../sandbox/control/key.ts';
import { listenerVariable } from '../../webhook/defaults.ts';
import type { TopicContent } from './topic.ts';

interface Variable {
  readonly name: string;
  readonly meaning: string;
}

const secretMeaning: Readonly<Record<keyof typeof secretVariables, string>> = {
  client_secret: 'the integration’s secret; unset for a public client',
  webhook_secret: 'the signing secret of webhooks',
  webhook_secret_previous: 'the signing secret before a rotation; deliveries signed with it still verify',
  access_token: 'an access token, used as it is: never stored, never refreshed',
  store_key: 'passphrase that encrypts the token store, instead of the key file',
};

const others: readonly Variable[] = [
  { name: 'REVENTO_PROFILE', meaning: 'profile to use' },
  {
    name: 'REVENTO_CONFIG_DIR',
    meaning: 'directory for settings, encrypted tokens and their key file, instead of the default ones',
  },
  {
    name: listenerVariable,
    meaning: 'where `webhook trigger` and `webhook replay` send; set for the command that `webhook listen` runs',
  },
  {
    name: controlVariable,
    meaning:
      'the control key of a sandbox, set for the command of `sandbox exec`: `sandbox trigger` and the other sandbox commands use it',
  },
  { name: 'REVENTO_DEBUG', meaning: '1: same as --debug' },
  { name: 'BROWSER', meaning: 'program that opens the consent page, such as "revento sandbox consent"' },
  { name: 'CI', meaning: 'when on (not 0 or false), never prompt, same as --no-input' },
  { name: 'NO_COLOR, FORCE_COLOR', meaning: 'no color, or color even when piped; NO_COLOR wins' },
  {
    name: 'HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
    meaning: 'proxies; this machine is always reached directly; NO_PROXY takes ranges (10.0.0.0/8) too',
  },
  { name: 'NODE_EXTRA_CA_CERTS', meaning: 'file with additional root certificates' },
  {
    name: 'NODE_TLS_REJECT_UNAUTHORIZED',
    meaning: '0 lets anybody on the network path read tokens; `login` and `doctor` warn about it',
  },
  { name: 'NODE_DEBUG', meaning: '`login` and `doctor` warn about values that make Node print tokens' },
  { name: 'TERM, COLORTERM', meaning: 'what the terminal can show; TERM=dumb: no color' },
  { name: 'TZ', meaning: 'time zone of times in tables' },
  { name: 'SSH_CONNECTION, SSH_TTY', meaning: 'when set, `login` explains how to consent from another machine' },
  { name: 'HOME', meaning: 'your home directory; the directories below default to places in it' },
  {
    name: 'XDG_CONFIG_HOME, XDG_DATA_HOME',
    meaning: 'Linux: settings and encrypted tokens; the key file (~/.config, ~/.local/share)',
  },
  {
    name: 'XDG_STATE_HOME, XDG_CACHE_HOME',
    meaning: 'copies of logins that did not fit on a full disk; compiled code (~/.local/state, ~/.cache)',
  },
  { name: 'NODE_DISABLE_COMPILE_CACHE', meaning: '1: keep no compiled code' },
  { name: 'APPDATA, LOCALAPPDATA', meaning: 'Windows: settings and encrypted tokens; the key file and compiled code' },
];

const notes = [
  'A setting comes from the first of: flag, environment, profile (`revento config set`), default.',
  'An empty variable counts as unset; blanks around a setting and line ends after a secret are dropped. Secrets are never passed as arguments. Child processes do not inherit them, with two exceptions: the command of `webhook listen` gets the signing secrets, and that of `sandbox exec` the secrets of its own sandbox.',
  'There is no variable for a refresh token: it changes with every use, and the new one could not be written back.',
];

/** `revento help environment`: every variable that is read, and in which order settings are looked for. */
export function environment(): TopicContent {
  const rows = variables();
  return {
    data: rows.map(({ name, meaning }) => ({ name, meaning })),
    parts: [rows.map(({ name, meaning }) => ({ term: name, meaning })), notes.join('\n')],
  };
}

function variables(): Variable[] {
  const settings = settingNames.flatMap((name) => {
    const { variables: names, summary } = describeSetting(name);
    return names.length === 0 ? [] : [{ name: names.join(', '), meaning: summary }];
  });
  const secrets = Object.entries(secretVariables).map(([secret, name]) => ({
    name,
    meaning: secretMeaning[secret as keyof typeof secretVariables],
  }));
  return [...settings, ...secrets, ...others];
}
