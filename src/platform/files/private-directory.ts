import { chmodSync, closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { asOwner } from './as-owner.ts';
import { systemCode } from './file-failure.ts';

const isWindows = process.platform === 'win32';

/**
 * Makes a directory, with those above it, for this user alone.
 *
 * @returns true when it was there and looser than 0700, which it is no longer
 */
export function makePrivateDirectory(directory: string): boolean {
  return asOwner(directory, () => {
    const first = mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (first === undefined) return tighten(directory, 0o700);
    if (isWindows) return false;
    // The umask can only take bits away; what it took of our own is given back.
    for (let made = directory; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o700);
    return false;
  });
}

/**
 * Takes away what a mode gives to group and others. A link is left alone, and so is what belongs to somebody else.
 *
 * @returns true when there was something to take away and it is gone
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
      // A link, closed to us, or a read-only file system: reading goes on.
      if (['ELOOP', 'EMLINK', 'EPERM', 'EACCES', 'EROFS'].includes(systemCode(error))) return false;
      throw error;
    }
  });
}

/** Whether group or others may do anything. The sticky bit marks a directory for everybody, such as /tmp. */
function isLoose(status: Stats): boolean {
  return (status.mode & 0o077) !== 0 && !(status.isDirectory() && (status.mode & 0o1000) !== 0);
}
