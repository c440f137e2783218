import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { requireProfileName } from '../../files/file-name.ts';
import { adviceOn } from '../../text/suggestion.ts';

/** Names of all profiles, sorted: those with settings and those with a login or a secret. */
export async function profileNames(deps: Pick<Deps, 'settingsFile' | 'storedProfiles'>): Promise<readonly string[]> {
  const configured = Object.keys((await deps.settingsFile()).profiles());
  const stored = (await deps.storedProfiles()).map((profile) => profile.name);
  return [...new Set([...configured, ...stored])].sort();
}

/**
 * The name itself, when there is such a profile.
 *
 * @throws ReventoError `usage`, with the nearest name
 */
export async function requireProfile(
  name: string,
  deps: Pick<Deps, 'settingsFile' | 'storedProfiles'>,
): Promise<string> {
  requireProfileName(name);
  const names = await profileNames(deps);
  if (names.includes(name)) return name;
  const known = names.length === 0 ? 'no profile exists yet' : `existing profiles: ${names.join(', ')}`;
  throw new ReventoError('usage', `There is no profile "${name}".`, {
    hint: `${adviceOn(name, names, known)}; to create it, run: revento -p ${name} config set client_id VALUE`,
  });
}
