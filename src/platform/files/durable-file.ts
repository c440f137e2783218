import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { asOwner } from './as-owner.ts';
import { systemCode } from './file-failure.ts';

const isWindows = process.platform === 'win32';

/** Virus scanners hold a file open for moments, which makes a rename onto it fail (Windows only). */
const renameTries = 10;
const renamePauseMs = 50;

/** The suffix of a temporary name of `replaceFile`. */
export const temporaryEnding = /^\.[0-9a-f]{12}\.tmp$/;

/** Writes some of `bytes` from `offset` and says how many: `fs.writeSync`, or a test's. */
type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

const writeSome: WriteSome = (fd, bytes, offset) => writeSync(fd, bytes, offset, bytes.length - offset, offset);

/**
 * Replaces a file as a whole: a reader, even after a crash at any moment, sees the old content or the
 * new one. Both are on the disk, not in its cache, when this returns.
 *
 * @param beforeRename  called when the new content is whole under its temporary name
 * @throws the system's error; the old file is then untouched and the temporary one is gone
 */
export function replaceFile(path: string, bytes: Uint8Array, beforeRename: () => void = () => {}): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  asOwner(path, () => {
    try {
      createFile(temporary, bytes);
      beforeRename();
      renameOver(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncDirectory(dirname(path));
  });
}

/**
 * Makes a file that was not there, 0600 whatever the umask, synced to disk.
 *
 * @throws the system's error, `EEXIST` when the path is taken; a half-written file is removed
 */
export function createFile(path: string, bytes: Uint8Array, write: WriteSome = writeSome): void {
  create(path, bytes, write, fsyncSync);
}

/** The same without waiting for the disk: for a file that need not survive a power cut. */
export function createPassingFile(path: string, bytes: Uint8Array): void {
  create(path, bytes, writeSome, () => {});
}

function create(path: string, bytes: Uint8Array, write: WriteSome, sync: (fd: number) => void): void {
  asOwner(path, () => {
    const fd = openSync(path, 'wx+', 0o600);
    try {
      fill(fd, bytes, write, sync);
    } catch (error) {
      closeSync(fd);
      rmSync(path, { force: true });
      throw error;
    }
    closeSync(fd);
  });
}

/** Overwrites a file in place, keeping the disk blocks it has. For a reserved file only: a crash tears it. */
export function overwriteFile(path: string, bytes: Uint8Array, write: WriteSome = writeSome): void {
  asOwner(path, () => {
    const { O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const fd = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    try {
      fill(fd, bytes, write, fsyncSync);
    } finally {
      closeSync(fd);
    }
  });
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

/** Renames, then sees to it that the new name survives a power cut. */
export function renameDurably(from: string, to: string): void {
  renameOver(from, to);
  syncDirectory(dirname(to));
}

/** Renames, patiently where a scanner may hold the file. For a name that need not survive a power cut. */
export function renameOver(from: string, to: string): void {
  for (let tries = 1; ; tries++) {
    try {
      asOwner(to, () => renameSync(from, to));
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
  asOwner(directory, () => {
    const fd = openSync(directory, 'r');
    try {
      fsyncSync(fd);
    } catch (error) {
      if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(systemCode(error))) throw error;
    } finally {
      closeSync(fd);
    }
  });
}
