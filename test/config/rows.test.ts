import { describe, expect, it } from 'vitest';
import { parseSetting, resolveSettings, type SettingLayers } from '../../src/config/rows.ts';
import { ReventoError } from '../../src/errors/revento-error.ts';

const nothing: SettingLayers = {
  flags: {},
  environment: {},
  profile: {},
  profileName: 'default',
  placeOf: () => '/config/config.json, line 3',
  configDir: '/c',
  dataDir: '/d',
};

describe('a setting in force', () => {
  const all: SettingLayers = {
    ...nothing,
    flags: { client_id: 'from-flag' },
    environment: { client_id: 'from-environment' },
    profile: { client_id: 'from-profile' },
  };

  it.each([
    ['flag', all],
    ['environment', { ...all, flags: {} }],
    ['profile', { ...all, flags: {}, environment: {} }],
  ] as const)('comes from the %s first', (source, layers) => {
    expect(resolveSettings(layers).get('client_id')).toEqual({ value: `from-${source}`, source });
  });

  it.each([
    ['auth_base', 'https://auth.revento.example'],
    ['api_base', 'https://api.revento.example/api/v1'],
    ['redirect_uri', 'http://localhost:3000/callback'],
    ['output', 'table'],
    ['key_store', 'keyfile'],
  ] as const)('%s has a default', (name, value) => {
    expect(resolveSettings(nothing).get(name)).toEqual({ value, source: 'default' });
  });

  it.each(['client_id', 'scope', 'default_event'] as const)('%s has none', (name) => {
    expect(resolveSettings(nothing).get(name)).toBeNull();
  });

  it('skips an empty flag or value', () => {
    const layers = { ...nothing, flags: { client_id: '' }, profile: { client_id: 'id' } };
    expect(resolveSettings(layers).require('client_id')).toBe('id');
  });

  it('is shown as written when it is malformed, so that showing settings never fails', () => {
    const layers = { ...nothing, profile: { api_base: 'nonsense' } };
    expect(resolveSettings(layers).get('api_base')).toEqual({ value: 'nonsense', source: 'profile' });
  });
});

describe('a missing setting', () => {
  it('names the flag, the variable and the command of the profile', () => {
    const error = failureOf(() => resolveSettings({ ...nothing, profileName: 'prod' }).require('client_id'));
    expect(error.code).toBe('setting_missing');
    expect(error.facts.hint).toBe(
      'pass --client-id VALUE, or set REVENTO_CLIENT_ID, or run: revento -p prod config set client_id VALUE; without one, try the sandbox: revento sandbox start',
    );
  });
});

describe('a malformed setting', () => {
  it.each([
    ['flag', { flags: { api_base: 'x' } }, '--api-base must be a URL such as', undefined],
    [
      'variable',
      { environment: { api_base: 'x' } },
      'REVENTO_API_BASE must be a URL such as',
      'correct or unset REVENTO_API_BASE',
    ],
    [
      'profile',
      { profile: { api_base: 'x' } },
      'the setting api_base (/config/config.json, line 3) must be a URL such as',
      'run: revento config set api_base VALUE',
    ],
  ])('is refused by the name of its %s', (_, layer, message, hint) => {
    const error = failureOf(() => resolveSettings({ ...nothing, ...layer }).require('api_base'));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.facts.hint).toBe(hint);
  });
});

describe('bases', () => {
  it.each([
    ['https://api.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v1///', 'https://api.example.com/v1'],
    ['http://localhost:4010', 'http://localhost:4010'],
    ['http://127.0.0.1:4010/', 'http://127.0.0.1:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
  ])('%s is taken as %s', (value, used) => {
    expect(parseSetting('api_base', value)).toBe(used);
  });

  it.each([
    'http://api.example.com',
    'http://localhost.example.com',
    'http://evil.localhost',
    'http://127.0.0.1.example.com',
    'ftp://localhost/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'api.example.com',
    'https://user:pass@api.example.com',
    'https://api.example.com/?a=b',
    'https://api.example.com/#x',
  ])('%s is refused', (value) => {
    expect(failureOf(() => parseSetting('auth_base', value)).code).toBe('usage');
  });

  it('does not repeat a password it refuses', () => {
    const error = failureOf(() => parseSetting('auth_base', 'https://user:hunter2@auth.example.com'));
    expect(error.message).not.toContain('hunter2');
  });
});

describe('redirect URIs', () => {
  it.each([
    'http://localhost:3000',
    'HTTP://LOCALHOST:3000/Callback',
    'https://tunnel.example.com:443/a/../cb?x=1',
    'http://127.0.0.1:3000/callback/',
  ])('%s is kept byte for byte', (value) => {
    expect(parseSetting('redirect_uri', value)).toBe(value);
  });

  it.each(['http://tunnel.example.com/cb', 'https://a.example.com/cb#', 'https://u@a.example.com/cb', 'x'])(
    '%s is refused',
    (value) => {
      expect(failureOf(() => parseSetting('redirect_uri', value)).code).toBe('usage');
    },
  );
});

describe('other settings', () => {
  it.each([
    ['output', 'xml', 'output must be one of table, json, ndjson, csv, not "xml"'],
    ['key_store', 'disk', 'key_store must be one of keyfile, keyring, passphrase, not "disk"'],
    ['default_event', '../evt', 'event "../evt" is not a valid name'],
    ['client_id', 'a\nb', 'client_id must be one line without control characters'],
  ] as const)('%s refuses %j', (name, value, message) => {
    expect(failureOf(() => parseSetting(name, value)).message).toContain(message);
  });
});

function failureOf(work: () => unknown): ReventoError {
  try {
    work();
  } catch (error) {
    if (error instanceof ReventoError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
