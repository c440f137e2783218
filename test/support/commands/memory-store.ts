import type { SecretName, SecretStore, SettingName, SettingsFile } from '../../../src/config/types.ts';
import type { AccessToken, LoginKey } from '../../../src/login/login.ts';
import type { Sessions } from '../../../src/ports/sessions.ts';
import type { StoredProfile, StoreInspection } from '../../../src/ports/store.ts';
import { Secret } from '../../../src/text/secret.ts';
import type { Memory, World } from './deps.ts';
import { testNow } from './deps.ts';

export function memorySessions(memory: Memory, world: World, profile: string): Sessions {
  const logins = () => memory.logins[profile] ?? [];
  const tokenOf = (key: LoginKey): AccessToken => ({
    token: new Secret(`token-of-${key.kind}-${key.eventId}`),
    expiresAt: testNow + (world.lifeMs ?? 3_600_000),
    key: { kind: key.kind, eventId: key.eventId },
  });
  return {
    keys: async () => [...logins(), ...(world.unreadable ?? [])].map(({ kind, eventId }) => ({ kind, eventId })),
    read: async (key) => logins().find(({ kind, eventId }) => kind === key.kind && eventId === key.eventId) ?? null,
    survey: async () => {
      if (world.storeFailure) throw world.storeFailure;
      return { logins: logins(), unreadable: world.unreadable ?? [] };
    },
    prepare: async () => {
      throw new Error('this command makes no login');
    },
    save: async () => {
      throw new Error('this command saves no login');
    },
    forget: async ({ kind, eventId }) => {
      const kept = logins().filter((login) => login.kind !== kind || login.eventId !== eventId);
      const isForgotten = kept.length < logins().length;
      memory.logins[profile] = kept;
      return isForgotten;
    },
    source: async (key) => {
      if (world.environmentToken !== undefined) {
        const token: AccessToken = { token: new Secret(world.environmentToken), expiresAt: null, key: null };
        return { current: async () => token, renew: async () => token, markRevoked: async () => undefined };
      }
      if (key === null) throw new Error('this command names no login');
      const token = tokenOf(key);
      return { current: async () => token, renew: async () => token, markRevoked: async () => undefined };
    },
    refresh: async (key) => {
      memory.refreshed.push(key);
      return tokenOf(key);
    },
    bind: async () => undefined,
    move: async () => undefined,
    protection: async () => ({ path: '/config/auth', protection: 'keyfile' }),
  };
}

export function memorySecrets(memory: Memory, world: World, profile: string, isSelected: boolean): SecretStore {
  return {
    get: async (name) => {
      const outer = isSelected ? world.environmentSecrets?.[name] : undefined;
      if (outer !== undefined) return { secret: new Secret(outer), source: 'environment' };
      const value = memory.secrets[profile]?.[name];
      return value === undefined ? null : { secret: new Secret(value), source: 'profile' };
    },
    set: async (values) => {
      const secrets = { ...memory.secrets[profile] };
      for (const [name, value] of Object.entries(values) as [SecretName, string | null][]) {
        if (value === null) delete secrets[name];
        else secrets[name] = value;
      }
      memory.secrets[profile] = secrets;
    },
    clientSecretFor: async () => {
      const outer = isSelected ? world.environmentSecrets?.client_secret : undefined;
      const value = outer ?? memory.secrets[profile]?.client_secret;
      return value === undefined ? null : new Secret(value);
    },
    bind: async () => undefined,
    // Without secrets there is no file to look at.
    stamp: () => {
      const sealed = JSON.stringify(memory.secrets[profile] ?? {});
      return sealed === '{}' ? null : sealed;
    },
    forget: async () => {
      memory.secrets[profile] = {};
    },
  };
}

export function memorySettingsFile(memory: Memory): SettingsFile {
  return {
    path: '/config/config.json',
    profiles: () => memory.profiles,
    of: (profile) => memory.profiles[profile] ?? {},
    update: async (profile, changes) => {
      const settings = { ...memory.profiles[profile] };
      for (const [name, value] of Object.entries(changes) as [SettingName, string | null][]) {
        if (value === null) delete settings[name];
        else settings[name] = value;
      }
      memory.profiles[profile] = settings;
    },
    remove: async (profile) => {
      const isThere = profile in memory.profiles;
      delete memory.profiles[profile];
      return isThere;
    },
    placeOf: () => '/config/config.json',
    defaultProfile: () => memory.chosenProfile,
    use: async (profile) => {
      memory.chosenProfile = profile;
    },
  };
}

export function profilesOf(memory: Memory): readonly StoredProfile[] {
  const names = new Set([...Object.keys(memory.logins), ...Object.keys(memory.secrets)]);
  return [...names].sort().map((name) => ({
    name,
    logins: (memory.logins[name] ?? []).map(({ kind, eventId }) => ({ kind, eventId })),
    remnants: [],
    hasSecrets: Object.keys(memory.secrets[name] ?? {}).length > 0,
  }));
}

export function inspectionOf(world: World): StoreInspection {
  return {
    keyFile: null,
    directories: [],
    files: [],
    isWritable: true,
    hasModes: true,
    freeBytes: 1e9,
    ...world.inspection,
  };
}
