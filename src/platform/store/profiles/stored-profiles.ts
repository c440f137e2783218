import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFileName } from '../../../files/file-name.ts';
import { keyOfFileName } from '../../../login/login-name.ts';
import type { StoredProfile } from '../../../ports/store.ts';
import { asOwner } from '../../files/as-owner.ts';
import { besides, secretsFileName } from './file-names.ts';

/**
 * The profiles that hold a login, what is left of one, or a sealed secret, sorted by name: from names of files, so that it
 * also works on a store that is locked, damaged or whose key is lost.
 *
 * Files that go away while it looks are left out. Never throws.
 */
export function storedProfiles(configDir: string): readonly StoredProfile[] {
  const directory = join(configDir, 'auth');
  return asOwner(directory, () =>
    entriesOf(directory)
      .filter(isFileName)
      .map((name) => profileOf(name, entriesOf(join(directory, name))))
      .filter(({ logins, remnants, hasSecrets }) => logins.length > 0 || remnants.length > 0 || hasSecrets),
  );
}

function profileOf(name: string, entries: readonly string[]): StoredProfile {
  const stems = (ending: RegExp) =>
    entries.flatMap((entry) => (ending.test(entry) ? entry.replace(ending, '') : [])).sort();
  const files = stems(/\.json$/);
  const rest = stems(besides).filter((stem) => !files.includes(stem));
  return {
    name,
    logins: files.flatMap((stem) => keyOfFileName(stem) ?? []),
    remnants: [...new Set(rest)].flatMap((stem) => keyOfFileName(stem) ?? []),
    hasSecrets: [...files, ...rest].includes(secretsFileName),
  };
}

/** The names in a directory, sorted; none where it cannot be read. */
export function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
