import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  forgetSecrets,
  nodeDebugWarning,
  readEnvironment,
  secretVariables,
  selectProfile,
} from '../../src/config/environment.ts';

describe('settings from the environment', () => {
  it.each([
    ['REVENTO_AUTH_BASE', 'auth_base'],
    ['REVENTO_API_BASE', 'api_base'],
    ['REVENTO_CLIENT_ID', 'client_id'],
    ['REVENTO_REDIRECT_URI', 'redirect_uri'],
    ['REVENTO_SCOPE', 'scope'],
    ['REVENTO_OUTPUT', 'output'],
    ['REVENTO_EVENT', 'default_event'],
    ['SANDBOX_EVENT_ID', 'default_event'],
  ] as const)('%s is %s', (variable, name) => {
    expect(readEnvironment({ [variable]: 'x' }).values).toEqual({ [name]: 'x' });
  });

  it('keeps a blank access token, which is then refused: a stored login must not take its place', () => {
    const environment = readEnvironment({ REVENTO_ACCESS_TOKEN: ' ' });
    expect(environment.secrets).toEqual({ access_token: ' ' });
    expect(environment.warnings.join()).not.toContain('counts as unset');
  });

  it('prefers REVENTO_EVENT to SANDBOX_EVENT_ID', () => {
    const env = { REVENTO_EVENT: 'evt_a', SANDBOX_EVENT_ID: 'evt_b' };
    expect(readEnvironment(env).values.default_event).toBe('evt_a');
  });

  it.each([
    'REVENTO_CLIENT_ID',
    'REVENTO_EVENT',
    'REVENTO_ACCESS_TOKEN',
    'REVENTO_STORE_KEY',
    'REVENTO_PROFILE',
    'REVENTO_CONFIG_DIR',
  ])('an empty %s counts as unset, and says so', (variable) => {
    const environment = readEnvironment({ [variable]: '' });
    expect(environment.values).toEqual({});
    expect(environment.secrets).toEqual({});
    expect(environment.profile).toBeNull();
    expect(environment.warnings).toEqual([`${variable} is empty and counts as unset`]);
  });

  it('falls back to SANDBOX_EVENT_ID when REVENTO_EVENT is empty', () => {
    const env = { REVENTO_EVENT: '', SANDBOX_EVENT_ID: 'evt_b' };
    expect(readEnvironment(env).values.default_event).toBe('evt_b');
  });
});

describe('secrets from the environment', () => {
  const secrets = Object.entries(secretVariables).map(
    ([name, variable]) => [name, variable, randomBytes(16).toString('hex')] as const,
  );

  it.each(secrets)('%s is read from %s and kept from children', (name, variable, value) => {
    const environment = readEnvironment({ [variable]: value, PATH: '/bin' });
    expect(environment.secrets).toEqual({ [name]: value });
    expect(environment.childEnv).toEqual({ PATH: '/bin' });
  });

  it('can be deleted from the process environment', () => {
    const env = { ...Object.fromEntries(secrets.map(([, variable, value]) => [variable, value])), PATH: '/bin' };
    forgetSecrets(env);
    expect(env).toEqual({ PATH: '/bin' });
  });
});

describe('NODE_DEBUG', () => {
  it.each(['http', 'undici', 'net', 'HTTP', 'fs,http', '*', 'h*', 'fetch', 'tls'])('%s is warned about', (value) => {
    expect(nodeDebugWarning({ NODE_DEBUG: value })).toContain('makes Node print codes and tokens unmasked');
  });

  it.each(['', 'fs', 'module,timer', 'httpx'])('%j is not', (value) => {
    expect(nodeDebugWarning({ NODE_DEBUG: value })).toBeNull();
  });

  it('does not fail on characters that mean something in a pattern', () => {
    expect(nodeDebugWarning({ NODE_DEBUG: '(,[' })).toBeNull();
  });
});

describe('the profile', () => {
  const file = { defaultProfile: () => 'chosen' };

  it.each([
    ['the flag', 'flagged', { REVENTO_PROFILE: 'variable' }, 'flagged'],
    ['the environment', undefined, { REVENTO_PROFILE: 'variable' }, 'variable'],
    ['`profile use`', undefined, {}, 'chosen'],
  ])('comes from %s', (_, flag, env, expected) => {
    expect(selectProfile(flag, readEnvironment(env), file)).toBe(expected);
  });

  it('is refused when it cannot be a file name', () => {
    expect(() => selectProfile('../x', readEnvironment({}), file)).toThrow('profile "../x" is not a valid name');
  });
});
