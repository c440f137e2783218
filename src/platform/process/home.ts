import { statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * This user's home directory, absolute; empty when there is none: a container may run as a user that no one has
 * made, and HOME may be set to nothing or to a relative path, which would put logins wherever the program is run. What
 * is not a directory, such as /dev/null, is none either.
 */
export function homeDirectory(): string {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const directory = ask();
      if (isAbsolute(directory)) return isFile(directory) ? '' : directory;
    } catch {
      // No such user in the system's list.
    }
  }
  return '';
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
