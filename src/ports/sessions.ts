import type { AccessToken, Grant, Login, LoginKey, UnreadableLogin } from '../login/login.ts';
import type { KeySource } from './store.ts';

/** What the API client knows of logins: where tokens come from, and how to report that one was refused. */
export interface TokenSource {
  /** A token valid for at least `minTtlMs` (default 60 000), refreshed if it must be. */
  current(minTtlMs?: number): Promise<AccessToken>;
  /** The API answered `token_expired` for this token: refreshes once for all callers. */
  renew(rejected: AccessToken): Promise<AccessToken>;
  /** The API answered `token_revoked` for this one: marks the login, unless it already has a newer token. */
  markRevoked(rejected: AccessToken): Promise<void>;
}

/** The logins of the selected profile. */
export interface Sessions {
  /** Every stored login, sorted by kind and event: read from file names, so it includes those that cannot be opened. */
  keys(): Promise<readonly LoginKey[]>;
  /**
   * Opens one login; null when it does not exist, or no longer.
   *
   * @throws ReventoError `store_corrupt`, `store_key`, `file`
   */
  read(key: LoginKey): Promise<Login | null>;
  /** Opens every login. Those that cannot be opened are returned separately and do not affect the others. */
  survey(): Promise<{ readonly logins: readonly Login[]; readonly unreadable: readonly UnreadableLogin[] }>;
  /** Finds out whether `save` could store a login of this key now: its key, its lock and its disk space. */
  prepare(key: LoginKey): Promise<void>;
  /** Stores a grant, replacing a login of the same key. */
  save(grant: Grant): Promise<Login>;
  /** Removes one login and all its files, also where only leftovers exist; false when there were none. */
  forget(key: LoginKey): Promise<boolean>;
  /**
   * Tokens of one login; null stands for REVENTO_ACCESS_TOKEN, which takes precedence over every login.
   *
   * @param apiBase  where the tokens will be sent; omitted when they are only printed
   * @throws ReventoError `host_changed` when they are bound to another API and the user does not let them go
   */
  source(key: LoginKey | null, apiBase?: string): Promise<TokenSource>;
  /** Allows the tokens of every stored login to be sent to this API from now on. */
  bind(apiBase: string): Promise<void>;
  /** Records for every stored login that its server is now at this auth base. */
  move(authBase: string): Promise<void>;
  /** Refreshes now, however long the token would last. */
  refresh(key: LoginKey): Promise<AccessToken>;
  protection(): Promise<{ readonly path: string; readonly protection: KeySource }>;
}
