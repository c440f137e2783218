import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireFileName } from '../../files/file-name.ts';
import { asOwner } from '../files/as-owner.ts';

/**
 * Removes what is left of a profile whose logins and secrets are gone: the logs of its requests, a sandbox that is
 * kept in it, and the places of its sealed files and logs when nothing is left there. What another process has put there meanwhile stays.
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
        for (const entry of readdirSync(directory)) if (isMeant(entry)) rmSync(join(directory, entry), { force: true });
      });
    removeIn(logs, () => true);
    removeIn(join(configDir, 'listeners', name), () => true);
    removeIn(sealed, (entry) => sealedLog.test(entry));
    for (const directory of ['pace', 'listeners', 'auth']) attempt(() => rmdirSync(join(configDir, directory, name)));
  });
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
