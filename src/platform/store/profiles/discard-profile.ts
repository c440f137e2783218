import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireProfileName } from '../../../files/file-name.ts';
import { asOwner } from '../../files/as-owner.ts';
import { sharedWith } from './shared-names.ts';

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
