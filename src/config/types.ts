import type { Secret } from '../text/secret.ts';

/** Settings that are not secret. Wire names, as in `config.json` and `revento config`. */
export const settingNames = [
  'auth_base',
  'api_base',
  'client_id',
  'redirect_uri',
  'scope',
  'default_event',
  'output',
  'key_store',
] as const;

export type SettingName = (typeof settingNames)[number];

/** Settings that are kept sealed. */
export const secretNames = ['client_secret', 'webhook_secret', 'webhook_secret_previous'] as const;

export type SecretName = (typeof secretNames)[number];

export type SettingSource = 'flag' | 'environment' | 'profile' | 'default';

/** The selected profile's settings. The first source that has one wins: flag, environment, profile, default. */
export interface Settings {
  get(name: SettingName): { readonly value: string; readonly source: SettingSource } | null;
  /** @throws ReventoError `setting_missing`, naming the flag, the variable and the `config set` command */
  require(name: SettingName): string;
  /** The value exactly as given, to compare it byte by byte; null when there is none. */
  written(name: SettingName): string | null;
  /** Directory of `config.json` and the sealed files. */
  readonly configDir: string;
  /** Directory of the key file; never among the sealed files. */
  readonly dataDir: string;
}

/** `config.json`: profiles and which of them is the default. Never holds a secret. */
export interface SettingsFile {
  readonly path: string;
  profiles(): Readonly<Record<string, Partial<Record<SettingName, string>>>>;
  /** One profile's settings, and those for all profiles: there is one store, so `key_store` is one of those. */
  of(profile: string): Readonly<Partial<Record<SettingName, string>>>;
  /** Where a setting of a profile is written, for an error: the path, and the line where it is found. */
  placeOf(profile: string, name: SettingName): string;
  /** Writes settings of one profile; `null` removes one. Safe against other processes doing the same. */
  update(profile: string, changes: Partial<Record<SettingName, string | null>>): Promise<void>;
  remove(profile: string): Promise<boolean>;
  defaultProfile(): string;
  use(profile: string): Promise<void>;
}

/** Sealed secrets of a profile; those of the environment take precedence. */
export interface SecretStore {
  /** The environment's value, else the sealed one, else null. */
  get(name: SecretName): Promise<{ readonly secret: Secret; readonly source: 'environment' | 'profile' } | null>;
  /**
   * Stores the named values, or removes those that are null, in one write; a client secret is bound to the effective
   * auth base.
   */
  set(values: Readonly<Partial<Record<SecretName, string | null>>>): Promise<void>;
  /**
   * The client secret for this auth base; null when there is none. A stored one goes to the base it is bound to,
   * one of the environment comes from the user together with the base.
   *
   * @throws ReventoError `host_changed` when it is bound to another base and the user does not let it go
   */
  clientSecretFor(authBase: string): Promise<Secret | null>;
  /** Binds the stored client secret to this auth base; does nothing when there is none. */
  bind(authBase: string): Promise<void>;
  /**
   * A cheap stamp of the sealed secrets, which changes when they are written; null when there is no way to know but
   * reading them.
   */
  stamp(): string | null;
  /** Removes all sealed secrets and their copies; works without the key. */
  forget(): Promise<void>;
}
