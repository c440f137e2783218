import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireFileName } from '../../files/file-name.ts';
import { asOwner } from '../files/as-owner.ts';

/**
 * Removes the directories of a profile whose logins and secrets are gone: the logs of its requests, and the places
 * of its sealed files and logs when nothing is left there. What another process has put there meanwhile stays.
 *
 * @throws ReventoError `usage` when the name cannot be that of a directory
 */
export function discardProfile(configDir: string, profile: string): void {
  const name = requireFileName('profile', profile);
  const logs = join(configDir, 'pace', name);
  asOwner(logs, () => {
    attempt(() => {
      for (const entry of readdirSync(logs)) rmSync(join(logs, entry), { force: true });
    });
    for (const directory of ['pace', 'auth']) attempt(() => rmdirSync(join(configDir, directory, name)));
  });
}

/** An empty directory may stay: that must not fail the run. */
function attempt(remove: () => void): void {
  try {
    remove();
  } catch {
    // Not there, not empty, or not ours to change.
  }
}
