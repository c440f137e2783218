import { accessSync, constants, lstatSync, type Stats, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFileName } from '../../files/file-name.ts';
import { keyOfFileName } from '../../login/login-name.ts';
import type { LockHolder, StoreFile, StoreFileRole, StoreInspection } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { keyFilePath } from '../key/key-file.ts';
import { type Found, isAbandoned, judge, look as lookAtLock } from '../lock/lock-record.ts';
import { ownIdentity, type ProcessIdentity } from '../lock/process-identity.ts';
import { besides, secretsFileName } from './profiles/file-names.ts';
import { entriesOf } from './profiles/stored-profiles.ts';

const hasModes = process.platform !== 'win32';

interface InspectionOptions {
  readonly configDir: string;
  readonly dataDir: string;
  /** Where copies go that the store's own directory could not take; other programs use these too. */
  readonly rescueDirs: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The files in the store's directories. Changes nothing, takes no lock and opens no sealed file, so it also works
 * on a store that is locked, damaged or whose key is lost.
 *
 * Files that go away while it looks are left out. Never throws.
 */
export function inspectStore(options: InspectionOptions): StoreInspection {
  // Root loses access when it becomes that user, so this is read first.
  const self = ownIdentity();
  return asOwner(options.configDir, () => inspect(options, self));
}

function inspect({ configDir, dataDir, rescueDirs, now }: InspectionOptions, self: ProcessIdentity): StoreInspection {
  const authDir = join(configDir, 'auth');
  const look = (path: string, role: StoreFileRole) => describe(path, role, now, self);
  const listed = (directory: string, name: RegExp) =>
    entriesOf(directory)
      .filter((entry) => name.test(entry))
      .map((entry) => join(directory, entry));

  const profileDirs = entriesOf(authDir)
    .filter(isFileName)
    .map((name) => join(authDir, name));
  const files = [
    ...listed(configDir, /^config\.(json|lock)/),
    ...profileDirs.flatMap((directory) => listed(directory, /^/)),
    ...listed(dataDir, /\.tmp$/),
    ...rescueDirs.flatMap((directory) => listed(directory, /^revento-[0-9a-f]{32}\.rescue$/)),
  ].map((path) => look(path, roleOf(path)));
  return {
    keyFile: look(keyFilePath(dataDir), 'key'),
    directories: [configDir, dataDir, authDir, ...profileDirs].map((path) => look(path, 'directory')).filter(isThere),
    hasModes,
    ...roomIn(authDir),
    files: files
      .filter(isThere)
      .filter((file) => file.role !== 'unknown' && !(file.role === 'rescue' && file.isForeign)),
  };
}

function roomIn(directory: string): { isWritable: boolean; freeBytes: number | null } {
  let existing = directory;
  while (entryIsMissing(existing) && dirname(existing) !== existing) existing = dirname(existing);
  let isWritable = true;
  let freeBytes: number | null = null;
  try {
    const { bavail, bsize } = statfsSync(existing);
    freeBytes = bavail * bsize;
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    isWritable = false;
  }
  return { isWritable, freeBytes };
}

function entryIsMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch {
    return true;
  }
}

function roleOf(path: string): StoreFileRole {
  if (path.endsWith('.tmp')) return 'temporary';
  // `NAME.lock`, and `NAME.lock.after-ID` of a process that takes it over; `NAME.lock.ID` is one that is being written.
  if (/\.lock(\.after-[^/\\]*)?$/.test(path)) return 'lock';
  if (/\.lock\.[^/\\]*$/.test(path)) return 'temporary';
  if (path.endsWith('.next')) return 'successor';
  if (path.endsWith('.rescue')) return 'rescue';
  if (/[/\\]config\.json[^/\\]*$/.test(path)) return path.endsWith('.json') ? 'settings' : 'temporary';
  if (basename(path) === `${secretsFileName}.json`) return 'secrets';
  return path.endsWith('.json') ? 'login' : 'unknown';
}

function describe(path: string, role: StoreFileRole, now: number, self: ProcessIdentity): StoreFile | null {
  let stats: Stats;
  try {
    stats = lstatSync(path);
  } catch {
    return null;
  }
  const lock = role === 'lock' ? readLock(path) : null;
  return {
    path,
    role,
    mode: hasModes ? stats.mode & 0o1777 : null,
    isForeign: hasModes && stats.uid !== process.geteuid?.(),
    isSymbolicLink: stats.isSymbolicLink(),
    bytes: stats.size,
    ageMs: Math.max(0, now - stats.mtimeMs),
    holder: lock && holderOf(lock, now, self),
    isAbandoned: lock !== null && isAbandoned(lock, self, now),
    login: loginOf(path),
  };
}

function loginOf(path: string): StoreFile['login'] {
  if (!besides.test(path)) return null;
  const file = path.replace(besides, '.json');
  const key = keyOfFileName(basename(file, '.json'));
  return key && { ...key, profile: basename(dirname(path)), isWhole: !entryIsMissing(file) };
}

function readLock(path: string): Found | null {
  try {
    return lookAtLock(path);
  } catch {
    // Unreadable: its holder is unknown.
    return null;
  }
}

function holderOf(lock: Found, now: number, self: ProcessIdentity): LockHolder | null {
  if (lock.owner === null) return null;
  const { pid, host } = lock.owner;
  return { pid, host, liveness: judge(lock, self, now) };
}

function isThere(file: StoreFile | null): file is StoreFile {
  return file !== null;
}
