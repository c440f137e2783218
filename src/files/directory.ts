import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and its parents. Node's own `recursive` never ends where a parent exists and cannot hold any, as in
 * /proc.
 *
 * @returns the first directory that was made; undefined when it existed
 * @throws the system's own error
 */
export function makeDirectory(path: string, mode = 0o777): string | undefined {
  try {
    mkdirSync(path, { mode });
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
      throw error;
    }
    if (dirname(path) === path) throw error;
  }
  const first = makeDirectory(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
    return first ?? path;
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return first;
    throw error;
  }
}
