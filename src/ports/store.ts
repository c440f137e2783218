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

/** The contents of the store's directories, judging by names, modes and lock records alone. */
export interface StoreInspection {
  /** Null when no key file was made yet. */
  readonly keyFile: StoreFile | null;
  readonly directories: readonly StoreFile[];
  readonly files: readonly StoreFile[];
  /** Whether modes and owners say who can use a file: false on Windows, which has access lists. */
  readonly hasModes: boolean;
  /** Whether the store's directory, or the nearest one above it that exists, takes new files. */
  readonly isWritable: boolean;
  /** Free on its disk for this user; null where the system does not say. */
  readonly freeBytes: number | null;
}

/** A profile that holds a login, what is left of one, or a sealed secret. */
export interface StoredProfile {
  readonly name: string;
  /** Sorted by kind and event, readable or not. */
  readonly logins: readonly LoginKey[];
  /** Logins of which only copies or leftovers of an interrupted write exist: unused, but they still hold tokens. */
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

/** `successor`, `rescue` and `temporary` are leftovers of an interrupted write, unless a process is writing. */
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
  /** Whether the lock is still ours; false is only possible across machines, after a long pause. */
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
   * gives. Null when that is unknown: there is no file, or there is a copy of it.
   */
  stamp(): string | null;
  /** @throws ReventoError `lock_timeout`, naming the holder */
  lock(options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number }): Promise<HeldLock>;
  /** Like `read`, after putting a newer copy in its place and removing all others. */
  settle(): Promise<SealedRecord | null>;
  /** What the file itself holds at this moment, without waiting; null when that is unknown. */
  peek(): SealedRecord | null;
  /** Reserves the disk space the next `commit` needs, so that a full disk is noticed beforehand. */
  reserve(): void;
  /** Frees reserved space that no commit has used. */
  unreserve(): void;
  /** Replaces the content under the next generation, with the key it has. */
  rewrite(from: SealedRecord, content: SealedRecord['content']): SealedRecord;
  /** The same into the reserved space, falling back to rescue copies. Synchronous: nothing can come in between. Never throws. */
  commit(from: SealedRecord, content: SealedRecord['content']): Commit;
  /**
   * Whether what is there belongs to another profile: on a disk that does not tell upper from lower case, `Prod` and
   * `prod` have one directory. What opens with this profile's name belongs to this one.
   */
  isOthers(): Promise<boolean>;
  /** @throws ReventoError `file` when `isOthers`: then nothing may be made or removed here */
  requireOwn(): Promise<void>;
  /** Fails as `create` would fail now; leaves nothing behind. */
  rehearse(): Promise<void>;
  /** Writes a first or a replacing record with the key new records get. */
  create(binding: Binding, content: SealedRecord['content']): Promise<SealedRecord>;
  /** Whether a refresh token of this record was used up on this machine, whatever an older copy of the file says. */
  wasSpent(from: SealedRecord, token: string): boolean;
  /** Records that a token was used up (null for none) and which one is current; call it once that is stored. */
  noteSpent(from: SealedRecord, spent: string | null, live: string): void;
  /** Whether the file, a copy or a leftover of an interrupted write exists. */
  hasTrace(): boolean;
  /**
   * Removes the file, every copy and leftovers of interrupted writes; needs no key. False when there was nothing to
   * remove.
   */
  remove(): boolean;
}

/** Hints under the failures of a sealed file. */
export interface Remedies {
  /** For a damaged one. */
  readonly replace: string;
  /** For one whose key may be lost. */
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
 * A growing sealed file of one process: a snapshot, and the changes since. A reader finds the state before a write or
 * after it, at whatever moment the machine stops.
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
   * Adds a text. When this returns, the text survives the end of the process; with `isDurable`, also a power cut.
   *
   * @throws ReventoError `disk_full`, `file`, also when somebody has removed the file
   */
  append(text: string, isDurable: boolean): void;
  /** Replaces everything with a first text. @throws ReventoError `disk_full`, `file` */
  replace(text: string): void;
  /** Renames the file, so that a new one can be started; returns its new path. @throws ReventoError `file` */
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
  /** Registers this process; returns a function that unregisters it. The end of the process does so as well. */
  announce(url: string): () => void;
  /** Those whose processes run, the newest first. */
  running(): readonly RunningListener[];
}

/**
 * Short lines that the processes of one user share: any of them appends, and all see the same order. It forgets lines
 * after an hour or two.
 */
export interface SharedLog {
  /**
   * Appends the line, if given, and returns every line not seen before, in order and including that one.
   *
   * Synchronous, a few dozen bytes a call. Never throws: where sharing is impossible, it returns this process's own
   * lines.
   */
  exchange(line: string | null): readonly string[];
}
