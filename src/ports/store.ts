import type { LoginKey } from '../login/login.ts';

/** Where the key of a sealed file may be kept, the weakest protection first. */
export const keySources = ['keyfile', 'keyring', 'passphrase'] as const;

export type KeySource = (typeof keySources)[number];

/** Where the keys of the store are kept. */
export interface KeyStore {
  /**
   * Re-encrypts every login and secret of every profile with the key of another source, which is checked first.
   * Killed at any moment it leaves a store that works; run again it moves the rest. To be called before the
   * `key_store` setting is changed: the setting only says where new logins go.
   *
   * @returns how many files were moved, and how many were there already
   * @throws ReventoError `store_key` when the source is unavailable here, or a file cannot be opened: nothing is
   *   moved then; `lock_timeout`, `store_corrupt`, `disk_full`, `file`
   */
  rekey(target: KeySource): Promise<{ readonly moved: number; readonly kept: number }>;
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

/** What a sealed login is tied to besides its name: readable without the key, proven with it. Empty for secrets. */
export interface Binding {
  readonly authBase: string;
  readonly clientId: string;
}

/** The content of a sealed file. */
export interface SealedRecord {
  readonly content: Readonly<Record<string, unknown>>;
  readonly binding: Binding;
  /** Grows with every write, so the newest of several copies is known. */
  readonly generation: number;
  readonly source: KeySource;
  /** First 16 hex digits of the key's SHA-256. */
  readonly keyId: string;
}

/** A lock that is ours until it is released. */
export interface HeldLock {
  /** Whether nobody took it from us meanwhile; false is only possible across machines, after a long pause. */
  isHeld(): boolean;
  /** Idempotent; removes the lock file only while it is still ours. */
  release(): void;
}

/** How a write ended that must not lose its content: in place, in a copy that the next read finds, or nowhere. */
export type Commit =
  | { readonly outcome: 'saved'; readonly record: SealedRecord }
  | { readonly outcome: 'rescued'; readonly record: SealedRecord; readonly path: string; readonly reason: string }
  | { readonly outcome: 'lost'; readonly reason: string };

/**
 * One sealed file with its pre-allocated successor and rescue copies. Everything after `lock` needs the lock held.
 *
 * @throws ReventoError `store_corrupt` (damaged; the file is kept), `store_key` (its key is unavailable here),
 *   `disk_full`, `file`
 */
export interface SealedFile {
  readonly path: string;
  /** The newest copy that is whole, or null when the file is not there. Takes no lock, writes nothing. */
  read(): Promise<SealedRecord | null>;
  /**
   * Which writing of the file this is, by its inode, size and times: while it stays the same, so does what `read`
   * gives. Null when that can't be told: there is no file, or a copy beside it.
   */
  stamp(): string | null;
  /** @throws ReventoError `lock_timeout`, naming the holder */
  lock(options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number }): Promise<HeldLock>;
  /** Like `read`, after putting a newer copy in its place and removing all others. */
  settle(): Promise<SealedRecord | null>;
  /** What the file itself holds at this moment, without waiting for anything; null when that can't be told. */
  peek(): SealedRecord | null;
  /** Takes the disk space the next `commit` needs, so that running out of it is known beforehand. */
  reserve(): void;
  /** Gives reserved space back that no commit has used. */
  unreserve(): void;
  /** Replaces the content under the next generation, with the key it has. */
  rewrite(from: SealedRecord, content: SealedRecord['content']): SealedRecord;
  /** The same into the reserved space, falling back to rescue copies. Synchronous: nothing can come in between. Never throws. */
  commit(from: SealedRecord, content: SealedRecord['content']): Commit;
  /** Fails as `create` would fail now; leaves nothing behind. */
  rehearse(): Promise<void>;
  /** Writes a first or a replacing record with the key new records get. */
  create(binding: Binding, content: SealedRecord['content']): Promise<SealedRecord>;
  /** Whether a refresh token of this record was used up on this machine, whatever an older copy of the file says. */
  wasSpent(from: SealedRecord, token: string): boolean;
  /** Notes that a token was used up, null for none, and which one is live now; to be called once that is stored. */
  noteSpent(from: SealedRecord, spent: string | null, live: string): void;
  /** Whether the file is there, or a copy, or what a write left that was cut short. */
  hasTrace(): boolean;
  /** Removes the file, every copy and what cut-short writes left; needs no key. False when there was none of it. */
  remove(): boolean;
}

/** Hints under the failures of a sealed file. */
export interface Remedies {
  /** For a damaged one. */
  readonly replace: string;
  /** For one whose key may be gone for good. */
  readonly giveUp: string;
}

/** The sealed files of one configuration directory. */
export interface Vault {
  /** Directory of the sealed files. */
  readonly directory: string;
  /** Names of a profile's sealed files, sorted. */
  names(profile: string): readonly string[];
  file(profile: string, name: string, remedies: Remedies): SealedFile;
  /** How the named sealed files are protected, the weakest first found; for none, how a new one would be. */
  protection(profile: string): KeySource;
}

/**
 * A sealed file of one process that grows: everything at one moment, and what has changed since. Whoever reads it, at
 * whatever moment the machine stops, finds what was there before a write or after it.
 */
export interface SealedLog {
  readonly path: string;
  /** Bytes of the first text, and of those after it. */
  readonly wholeBytes: number;
  readonly changedBytes: number;
  /**
   * Everything that can be read, in order; null when there is no file.
   *
   * @returns `problem` when there is more that cannot be read, or nothing that can: the file is damaged
   * @throws ReventoError `store_key` when its key is unavailable here
   */
  read(): Promise<{ readonly texts: readonly string[]; readonly problem: string | null } | null>;
  /**
   * Adds a text. It outlives the process when this returns, with `isDurable` a power cut as well.
   *
   * @throws ReventoError `disk_full`, `file`, also when somebody has removed the file
   */
  append(text: string, isDurable: boolean): void;
  /** Puts a first text in place of all. @throws ReventoError `disk_full`, `file` */
  replace(text: string): void;
  /** Renames the file, so that a new one can be begun; gives back where it is now. @throws ReventoError `file` */
  setAside(): string;
  /** Lets another process have it. Idempotent. */
  release(): void;
}

/** A `webhook listen` that runs. */
export interface RunningListener {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
}

/** How a sandbox finds the listeners that run with its profile. Never throws. */
export interface Listeners {
  /** Lets this process be found; gives back what ends that. It ends with the process in any case. */
  announce(url: string): () => void;
  /** Those whose processes run, the newest first. */
  running(): readonly RunningListener[];
}

/**
 * Short lines that the processes of one user share: appended by any of them, seen by all in one and the same order.
 * It forgets lines after an hour or two.
 */
export interface SharedLog {
  /**
   * Appends a line when one is given, then gives back every line not seen before; that one included, after all that
   * were appended before it.
   *
   * Synchronous, a few dozen bytes a call. Never throws: where nothing can be shared it gives back the own lines.
   */
  exchange(line: string | null): readonly string[];
}
