import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';

const isWindows = process.platform === 'win32';

/** Virus scanners hold a file open for moments; a rename onto it fails meanwhile (Windows only). */
const renameTries = 10;
const renamePauseMs = 50;

/** What a temporary name of `replaceFile` has behind the file's own. */
export const temporaryEnding = /^\.[0-9a-f]{12}\.tmp$/;

/** Writes some of `bytes` from `offset` and says how many: `fs.writeSync`, or a test's. */
export type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

const writeSome: WriteSome = (fd, bytes, offset) => writeSync(fd, bytes, offset, bytes.length - offset, offset);

/**
 * Replaces a file as a whole: whoever reads it, at whatever moment the machine stops, sees the old content or the
 * new one. Both are on the disk, not in its cache, when this returns.
 *
 * @param beforeRename  called when the new content is whole under its temporary name
 * @throws the system's error; the old file is then untouched and the temporary one is gone
 */
export function replaceFile(path: string, bytes: Uint8Array, beforeRename: () => void = () => {}): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    createFile(temporary, bytes);
    beforeRename();
    renameOver(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/**
 * Makes a file that was not there, 0600 whatever the umask, synced to disk.
 *
 * @throws the system's error, `EEXIST` when the path is taken; a half-written file is removed
 */
export function createFile(path: string, bytes: Uint8Array, write: WriteSome = writeSome): void {
  create(path, bytes, write, fsyncSync);
}

/** The same without waiting for the disk: for a file that means nothing after a power cut. */
export function createPassingFile(path: string, bytes: Uint8Array): void {
  create(path, bytes, writeSome, () => {});
}

function create(path: string, bytes: Uint8Array, write: WriteSome, sync: (fd: number) => void): void {
  const fd = openSync(path, 'wx+', 0o600);
  try {
    fill(fd, bytes, write, sync);
    takeOwnerOf(dirname(path), fd);
  } catch (error) {
    closeSync(fd);
    rmSync(path, { force: true });
    throw error;
  }
  closeSync(fd);
}

/** Overwrites a file in place, keeping the disk blocks it has. For a reserved file only: a crash tears it. */
export function overwriteFile(path: string, bytes: Uint8Array, write: WriteSome = writeSome): void {
  const fd = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    fill(fd, bytes, write, fsyncSync);
  } finally {
    closeSync(fd);
  }
}

/**
 * One `write` may take only a part and still succeed, on a nearly full disk for instance. So it is repeated, and
 * what the file holds is read again and compared: to cut it to length before that would hide what is missing.
 */
function fill(fd: number, bytes: Uint8Array, write: WriteSome, sync: (fd: number) => void): void {
  if (!isWindows) fchmodSync(fd, 0o600);
  let offset = 0;
  while (offset < bytes.length) {
    const written = write(fd, bytes, offset);
    if (written <= 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    offset += written;
  }
  const found = Buffer.alloc(bytes.length);
  const length = readSync(fd, found, 0, found.length, 0);
  if (length !== bytes.length || !found.equals(bytes)) {
    throw Object.assign(new Error('the file does not hold what was written'), { code: 'EIO' });
  }
  ftruncateSync(fd, bytes.length);
  sync(fd);
}

/** Under `sudo` a file in the user's directory stays the user's: else they could not read their own login. */
function takeOwnerOf(directory: string, fd: number): void {
  const owner = ownerToTake(directory);
  if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
}

/** Whom root's files in a directory should belong to; null when nobody else. */
export function ownerToTake(directory: string): { readonly uid: number; readonly gid: number } | null {
  if (process.geteuid?.() !== 0) return null;
  const { uid, gid, mode } = statSync(directory);
  // Root's own directory, or one for everybody such as /tmp: nobody to give it to.
  return uid === 0 || (mode & 0o002) !== 0 ? null : { uid, gid };
}

/** Renames, then sees to it that the new name survives a power cut. */
export function renameDurably(from: string, to: string): void {
  renameOver(from, to);
  syncDirectory(dirname(to));
}

/** Renames, patiently where a scanner may hold the file. For a name that need not survive a power cut. */
export function renameOver(from: string, to: string): void {
  for (let tries = 1; ; tries++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const isBusy = isWindows && ['EPERM', 'EBUSY', 'EACCES'].includes(systemCode(error));
      if (!isBusy || tries === renameTries) throw error;
      // Blocks on purpose: between an answer and its being stored nothing else may run.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, renamePauseMs);
    }
  }
}

/** Makes the names in a directory survive a power cut; does nothing where the system has no way to do that. */
export function syncDirectory(directory: string): void {
  if (isWindows) return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(systemCode(error))) throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes a directory, with those above it, for this user alone.
 *
 * @returns true when it was there and looser than 0700, which it is no longer
 */
export function makePrivateDirectory(directory: string): boolean {
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return tighten(directory, 0o700);
  if (isWindows) return false;
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    // The umask can only take bits away; what it took of our own is given back.
    chmodSync(made, 0o700);
    const owner = ownerToTake(dirname(first));
    if (owner !== null) chownSync(made, owner.uid, owner.gid);
  }
  return false;
}

/**
 * Takes away what a mode gives to group and others.
 *
 * @returns true when there was something to take away and it is gone
 */
export function tighten(path: string, mode: 0o600 | 0o700): boolean {
  if (isWindows) return false;
  const status = statSync(path);
  // The sticky bit marks a directory for everybody, such as /tmp.
  if ((status.mode & 0o077) === 0 || (status.isDirectory() && (status.mode & 0o1000) !== 0)) return false;
  try {
    chmodSync(path, mode);
    return true;
  } catch (error) {
    // Not ours to change, or a read-only file system: reading goes on.
    if (['EPERM', 'EACCES', 'EROFS'].includes(systemCode(error))) return false;
    throw error;
  }
}

/** The system's name of an error, such as `ENOSPC`; empty when it is not one of the system's. Never throws. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * The failure to report when the store could not be written or read.
 *
 * @returns the error itself when it is none of the system's: a defect must not pass for a full disk
 */
export function storeFailure(doing: string, path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === '' || error instanceof ReventoError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ReventoError('disk_full', `cannot ${doing} ${path}: the disk is full (${code})`, {}, { cause: error });
  }
  const hint =
    code === 'EACCES' || code === 'EPERM'
      ? `give yourself access to ${dirname(path)}, or set REVENTO_CONFIG_DIR to a directory of yours`
      : code === 'EROFS'
        ? 'the file system is read-only; set REVENTO_CONFIG_DIR to a directory that can be written'
        : code === 'ENOENT' || code === 'ENOTDIR'
          ? `something on the way to it is no directory, or a link to a place that is gone; mend that, or set REVENTO_CONFIG_DIR to a directory of yours`
          : code === 'EISDIR' || code === 'ERR_FS_EISDIR'
            ? 'it is a directory, which nothing of revento is; move it away'
            : undefined;
  return new ReventoError('file', `cannot ${doing} ${path} (${code})`, { hint }, { cause: error });
}
