import { lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReventoError } from '../../../errors/revento-error.ts';
import { keyOfFileName, loginInWords } from '../../../login/login-name.ts';
import { asOwner } from '../../files/as-owner.ts';

/**
 * The name of the file or directory that a path leads to, when that is not the one it says; null otherwise. On a disk
 * that does not tell upper from lower case `auth/prod` leads to `auth/Prod`, while the settings hold two profiles.
 */
export function sharedWith(path: string): string | null {
  const [parent, name] = [dirname(path), basename(path)];
  try {
    return asOwner(path, () => {
      const there = statSync(path, { bigint: true });
      const entries = readdirSync(parent);
      if (entries.includes(name) && !lstatSync(path).isSymbolicLink()) return null;
      const isSame = (entry: string): boolean => {
        const status = statSync(join(parent, entry), { bigint: true, throwIfNoEntry: false });
        return status?.ino === there.ino && status.dev === there.dev;
      };
      return entries.find((entry) => entry !== name && isSame(entry)) ?? null;
    });
  } catch {
    // Missing or not accessible: the command that uses it reports that.
    return null;
  }
}

/** The failure of a command that would use a file that belongs to another profile; null where none does. */
export function profileSharing(path: string): ReventoError | null {
  const other = sharedWith(dirname(path));
  if (other === null) return null;
  return new ReventoError(
    'file',
    `${path} belongs to profile "${other}": this disk does not distinguish the names of the two profiles.`,
    { hint: `choose another name, or use profile "${other}"` },
  );
}

/** The same of the file of a login that belongs to another login, such as of `evt_A` for `evt_a`. */
export function loginSharing(path: string): ReventoError | null {
  const key = keyOfFileName(sharedWith(path)?.replace(/\.json$/, '') ?? '');
  if (key === null) return null;
  return new ReventoError(
    'file',
    `${path} belongs to the login for ${loginInWords(key)}: this disk does not distinguish the names of the two files.`,
    { hint: 'use another profile for this event: -p NAME' },
  );
}
