import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFileName, requireFileName } from '../../files/file-name.ts';
import { keyOfFileName } from '../../login/login-name.ts';
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
 * there meanwhile stays, and what belongs to another profile, see `profileSharing`.
 *
 * @throws ReventoError `usage` when the name cannot be that of a directory
 */
export function discardProfile(configDir: string, profile: string): void {
  const name = requireFileName('profile', profile);
  const logs = join(configDir, 'pace', name);
  const sealed = join(configDir, 'auth', name);
  asOwner(logs, () => {
    const removeIn = (directory: string, isMeant: (entry: string) => boolean) =>
      attempt(() => {
        if (profileSharing(directory) !== null) return;
        for (const entry of readdirSync(directory)) if (isMeant(entry)) rmSync(join(directory, entry), { force: true });
      });
    removeIn(logs, () => true);
    removeIn(join(configDir, 'listeners', name), () => true);
    removeIn(sealed, (entry) => sealedLog.test(entry));
    for (const directory of [logs, join(configDir, 'listeners', name), sealed]) {
      if (profileSharing(directory) === null) attempt(() => rmdirSync(directory));
    }
  });
}

/**
 * The profile whose directory a path leads to, when that is not the one it names; null otherwise. On a disk that does
 * not tell upper from lower case `auth/prod` leads to `auth/Prod`, while the settings hold two profiles.
 */
export function profileSharing(directory: string): string | null {
  const [parent, name] = [dirname(directory), basename(directory)];
  try {
    return asOwner(directory, () => {
      const there = statSync(directory, { bigint: true });
      const entries = readdirSync(parent);
      if (entries.includes(name) && !lstatSync(directory).isSymbolicLink()) return null;
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
