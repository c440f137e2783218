import type { ReventoError } from './errors.ts';
import type { OutputFormat } from './output/item.ts';
import type {
  Clock,
  Exchange,
  Forwarder,
  ForwarderOptions,
  OpenBrowser,
  Serve,
  SharedLog,
  Terminal,
} from './platform/ports.ts';
import type { Redactor, Secret } from './secret.ts';

/**
 * What a command may use. Types only; `wire.ts` builds the real thing and tests build their own. Whatever is
 * costly to load is a function, so a command pays for what it calls.
 */
export interface Deps {
  /** Selected profile: `--profile`, `REVENTO_PROFILE`, or `default`. */
  readonly profile: string;
  /** Selected event, or null: `--event`, `REVENTO_EVENT`, `SANDBOX_EVENT_ID`, then the profile's default event. */
  readonly event: string | null;
  readonly settings: Settings;
  readonly format: OutputFormat;
  /** `--verbose` or more: show requests on stderr. */
  readonly isVerbose: boolean;
  /** The environment without the secrets in it: safe to hand to a child process. */
  readonly childEnv: Readonly<Record<string, string>>;
  /** The words that start this program again, absolute: `[node, script]`. */
  readonly program: readonly string[];
  readonly clock: Clock;
  /** Aborted on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** What is printed appears on a terminal, where a progress line would run into it. */
  readonly isStdoutTty: boolean;
  readonly redactor: Redactor;
  http(): Promise<Exchange>;
  serve(): Promise<Serve>;
  /** A client for deliveries; the caller closes it. */
  forwarder(options: ForwarderOptions): Promise<Forwarder>;
  openBrowser(): Promise<OpenBrowser>;
  /** REVENTO_ACCESS_TOKEN, which goes ahead of every stored login; null when unset. */
  readonly environmentToken: Secret | null;
  /** Of the selected profile, or of the one named. */
  sessions(profile?: string): Promise<Sessions>;
  /** Of the selected profile; of another one when it is named, then from its sealed file only. */
  secrets(profile?: string): Promise<SecretStore>;
  settingsFile(): Promise<SettingsFile>;
  /** Removes the directories of a profile whose logins and secrets are gone, and the logs of its requests. */
  discardProfile(profile: string): Promise<void>;
  /** The keys of the store, of all profiles. */
  keyStore(): Promise<KeyStore>;
  /**
   * Where the processes of one login tell each other of their requests.
   *
   * @param login  fit for a file name, such as `installation-evt_1`
   */
  sharedLog(login: string): Promise<SharedLog>;
  /** A look at the files of the store, of all profiles, that changes nothing and reads no secret. */
  inspectStore(): Promise<StoreInspection>;
  /**
   * Runs another program on this terminal; resolves with its exit status (128 + n for signal n). With `signal` it
   * can be ended early, besides by an interrupt; `stdout: 'stderr'` keeps a stream of our own on stdout clean.
   */
  spawn(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    options?: { readonly stdout?: 'stdout' | 'stderr'; readonly signal?: AbortSignal },
  ): Promise<number>;
}

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

/** The selected profile's settings, first found wins: flag, environment, profile, default. */
export interface Settings {
  get(name: SettingName): { readonly value: string; readonly source: SettingSource } | null;
  /** @throws ReventoError `setting_missing`, naming the flag, the variable and the `config set` command */
  require(name: SettingName): string;
  /** The value exactly as it was given, for what is compared byte by byte; null when there is none. Never throws. */
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
  /** One profile's settings, and those that hold for all: the store is one, so `key_store` is. */
  of(profile: string): Readonly<Partial<Record<SettingName, string>>>;
  /** Writes settings of one profile; `null` removes one. Safe against other processes doing the same. */
  update(profile: string, changes: Partial<Record<SettingName, string | null>>): Promise<void>;
  remove(profile: string): Promise<boolean>;
  defaultProfile(): string;
  use(profile: string): Promise<void>;
}

/** Sealed secrets of a profile, behind the environment. */
export interface SecretStore {
  /** The environment's value, else the sealed one, else null. */
  get(name: SecretName): Promise<{ readonly secret: Secret; readonly source: 'environment' | 'profile' } | null>;
  set(name: SecretName, value: string | null): Promise<void>;
  /** Of the sealed ones: another text once they were written again; null when only reading tells. Costs no more than a look. */
  stamp(): string | null;
  /** Removes all sealed ones and every trace of them; needs no key, so too where that is lost. */
  forget(): Promise<void>;
}

/** Who consented: an organizer for an event, or a participant inside one. */
export type LoginKind = 'installation' | 'user';

/** Names one login of the selected profile. */
export interface LoginKey {
  readonly kind: LoginKind;
  readonly eventId: string;
}

/** A token answer, checked. Times are milliseconds since the Unix epoch, null when the server gave none. */
export interface Grant extends LoginKey {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly scope: readonly string[];
  readonly accessToken: Secret;
  /** Null when the server gave none: the login then ends with its access token. */
  readonly refreshToken: Secret | null;
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number | null;
}

/** What may be shown of a stored login. */
export interface Login extends LoginKey {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly scope: readonly string[];
  readonly accessExpiresAt: number | null;
  readonly refreshExpiresAt: number | null;
  readonly obtainedAt: number;
  /** False when it came without a refresh token: it ends with its access token. */
  readonly isRenewable: boolean;
  /** `expired`: neither token can be used any more. `revoked`: the server said so, or a refresh was lost. */
  readonly state: 'active' | 'expired' | 'revoked';
  /** Why it is revoked, in a sentence; null otherwise. */
  readonly reason: string | null;
}

/** An access token in use. */
export interface AccessToken {
  readonly token: Secret;
  readonly expiresAt: number | null;
  /** Null for REVENTO_ACCESS_TOKEN, about which nothing is known. */
  readonly key: LoginKey | null;
}

/** What the API client knows of logins: where tokens come from, and how to report that one was refused. */
export interface TokenSource {
  /** A token valid for at least `minTtlMs` (default 60 000), refreshed if it must be. */
  current(minTtlMs?: number): Promise<AccessToken>;
  /** The API answered `token_expired` for this one: refreshes once, whoever asks. */
  renew(rejected: AccessToken): Promise<AccessToken>;
  /** The API answered `token_revoked` for this one: marks the login, unless it has a newer token by now. */
  markRevoked(rejected: AccessToken): Promise<void>;
}

export type StoreProtection = 'keyfile' | 'keyring' | 'passphrase';

/** A stored login that cannot be opened here: damaged, or its key is not to be had. */
export interface UnreadableLogin extends LoginKey {
  readonly failure: ReventoError;
}

/** The logins of the selected profile. */
export interface Sessions {
  /** Every stored login, sorted by kind and event: told from names of files, so those that cannot be opened too. */
  keys(): Promise<readonly LoginKey[]>;
  /**
   * Opens one login; null when it is not there, or not any more.
   *
   * @throws ReventoError `store_corrupt`, `store_key`, `file`
   */
  read(key: LoginKey): Promise<Login | null>;
  /** Opens every login. One that cannot be opened is told apart, and no reason to do without the others. */
  survey(): Promise<{ readonly logins: readonly Login[]; readonly unreadable: readonly UnreadableLogin[] }>;
  /** Finds out whether `save` could store a login of this key now: its key, its lock and its disk space. */
  prepare(key: LoginKey): Promise<void>;
  /** Stores a grant, replacing a login of the same key. */
  save(grant: Grant): Promise<Login>;
  /** Removes one login and every trace of it, so too where only traces are left; false when there were none. */
  forget(key: LoginKey): Promise<boolean>;
  /** Tokens of one login; null stands for REVENTO_ACCESS_TOKEN, which goes before every login where it is set. */
  source(key: LoginKey | null): Promise<TokenSource>;
  /** Refreshes now, however long the token would last. */
  refresh(key: LoginKey): Promise<AccessToken>;
  protection(): Promise<{ readonly path: string; readonly protection: StoreProtection }>;
}

/** Where the keys of the store are kept. */
export interface KeyStore {
  /**
   * Seals every login and secret of every profile anew with the key of another source, which is checked first.
   * Killed at any moment it leaves a store that works; run again it moves the rest. To be called before the
   * `key_store` setting is changed: the setting only says where new logins go.
   *
   * @returns how many files were moved, and how many were there already
   * @throws ReventoError `store_key` when the source is not to be had here, or a file cannot be opened: nothing is
   *   moved then; `lock_timeout`, `store_corrupt`, `disk_full`, `file`
   */
  rekey(target: StoreProtection): Promise<{ readonly moved: number; readonly kept: number }>;
}

/** What lies in the store's directories, told from names, modes and lock records alone. */
export interface StoreInspection {
  /** Profiles that hold a login, what is left of one, or a sealed secret, sorted by name. */
  readonly profiles: readonly StoredProfile[];
  /** Null when no key file was made yet. */
  readonly keyFile: StoreFile | null;
  readonly directories: readonly StoreFile[];
  readonly files: readonly StoreFile[];
  /** Whether the store's directory, or the nearest one above it that exists, takes new files. */
  readonly isWritable: boolean;
  /** Free on its disk for this user; null where the system does not say. */
  readonly freeBytes: number | null;
}

export interface StoredProfile {
  readonly name: string;
  /** Sorted by kind and event, readable or not. */
  readonly logins: readonly LoginKey[];
  /** Logins of which only copies are left, or what a cut-short write left: no longer used, but tokens all the same. */
  readonly remnants: readonly LoginKey[];
  readonly hasSecrets: boolean;
}

/** One file or directory of the store. */
export interface StoreFile {
  readonly path: string;
  readonly role: StoreFileRole;
  /** Permission bits, and the sticky one; null where the system has none. */
  readonly mode: number | null;
  /** Belongs to another user than the one running. */
  readonly isForeign: boolean;
  readonly isSymbolicLink: boolean;
  readonly bytes: number;
  /** Milliseconds since it was last written. */
  readonly ageMs: number;
  /** Of a lock: who holds it, null when its record is unreadable or empty. */
  readonly holder: LockHolder | null;
  /** Of a lock: the next command that needs it takes it over. */
  readonly isAbandoned: boolean;
  /** The login that a copy or a temporary is left of; `isWhole` when that is there as well. Null for other files. */
  readonly login: (LoginKey & { readonly profile: string; readonly isWhole: boolean }) | null;
}

/** `successor`, `rescue` and `temporary` are leftovers of a write that was cut short, unless a process is at work. */
export type StoreFileRole =
  | 'directory'
  | 'login'
  | 'secrets'
  | 'successor'
  | 'rescue'
  | 'temporary'
  | 'lock'
  | 'key'
  | 'settings'
  | 'unknown';

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** `unknown`: on another machine or in another container, where processes cannot be asked about. */
  readonly liveness: 'alive' | 'dead' | 'unknown';
}
