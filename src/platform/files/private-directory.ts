import { chmodSync, closeSync, constants, fchmodSync, fstatSync, openSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../../files/directory.ts';
import { asOwner } from './as-owner.ts';
import { systemCode } from './file-failure.ts';

const isWindows = process.platform === 'win32';

/**
 * Makes a directory and its parents for this user alone.
 *
 * @returns true when it existed and was open to others, which is fixed
 */
export function makePrivateDirectory(directory: string): boolean {
  return asOwner(directory, () => {
    const first = makeDirectory(directory, 0o700);
    if (first === undefined) return tighten(directory, 0o700);
    if (isWindows) return false;
    // The umask can only take bits away; what it took of our own is given back.
    for (let made = directory; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o700);
    return false;
  });
}

/**
 * Removes the permissions of group and others. Leaves links and files of other users alone.
 *
 * @returns true when permissions were removed
 */
export function tighten(path: string, mode: 0o600 | 0o700): boolean {
  if (isWindows) return false;
  const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = constants;
  return asOwner(path, () => {
    try {
      const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
      try {
        const status = fstatSync(fd);
        if (!isLoose(status) || status.uid !== process.geteuid?.()) return false;
        fchmodSync(fd, mode);
        return true;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // A link, an inaccessible file, or a read-only file system: reading may still work.
      if (['ELOOP', 'EMLINK', 'EPERM', 'EACCES', 'EROFS'].includes(systemCode(error))) return false;
      throw error;
    }
  });
}

/** Whether group or others have any permission. The sticky bit marks a shared directory such as /tmp. */
function isLoose(status: Stats): boolean {
  return (status.mode & 0o077) !== 0 && !(status.isDirectory() && (status.mode & 0o1000) !== 0);
}
