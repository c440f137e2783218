import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { isFileName, requireProfileName } from '../../files/file-name.ts';
import { keyOfFileName, loginInWords } from '../../login/login-name.ts';
import type { StoredProfile } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';

/** The sealed file's name, without extension; distinct from logins, whose names start with their kind. */
export const secretsFileName = 'secrets';

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

/** The endings of a login's copies and of leftovers. */
export const besides = /\.json\.(next|rescue|[0-9a-f]{12}\.tmp)$/;

/** The names in a directory, sorted; none where it cannot be read. */
export function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/**
 * Removes what is left of a profile whose logins and secrets are gone: the logs of its requests, a sandbox that is
 * kept in it, and the places of its sealed files and logs when nothing is left there. What another process has put
 * there meanwhile stays, and what belongs to another profile, see `sharedWith`.
 *
 * @throws ReventoError `usage` when the name cannot be that of a directory
 */
export function discardProfile(configDir: string, profile: string): void {
  const name = requireProfileName(profile);
  const logs = join(configDir, 'pace', name);
  const sealed = join(configDir, 'auth', name);
  asOwner(logs, () => {
    const removeIn = (directory: string, isMeant: (entry: string) => boolean) =>
      attempt(() => {
        if (sharedWith(directory) !== null) return;
        for (const entry of readdirSync(directory)) if (isMeant(entry)) rmSync(join(directory, entry), { force: true });
      });
    removeIn(logs, () => true);
    removeIn(join(configDir, 'listeners', name), () => true);
    removeIn(sealed, (entry) => sealedLog.test(entry));
    for (const directory of [logs, join(configDir, 'listeners', name), sealed]) {
      if (sharedWith(directory) === null) attempt(() => rmdirSync(directory));
    }
  });
}

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

/** A sealed log, its temporary copy, or one that was damaged and moved aside. */
const sealedLog = /\.sealed(\..*)?$/;

/** An empty directory may stay: that must not fail the run. */
function attempt(remove: () => void): void {
  try {
    remove();
  } catch {
    // Missing, not empty, or not writable.
  }
}
