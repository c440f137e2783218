import type { Deps } from '../../../command-kit/deps.ts';
import type { Snapshot } from '../../../sandbox/saved/snapshot.ts';
import type { Credentials } from '../../../sandbox/server/env-file.ts';
import type { StoredCredentials } from './open.ts';

/** The profile that `sandbox start` defines, unless another running sandbox has it. */
export const sandboxProfile = 'sandbox';

/** The profile of a sandbox started while another one has the profile `sandbox`. */
export function secondProfile(authBase: string): string {
  return `${sandboxProfile}-${new URL(authBase).port || '80'}`;
}

/** The profile of the chosen sandbox: `-p sandbox-PORT` chooses a second one. */
export function chosenSandbox({ profile }: Pick<Deps, 'profile'>): string {
  return /^sandbox-\d{1,5}$/.test(profile) ? profile : sandboxProfile;
}

/** The beginning of a command line that controls this sandbox. */
export function steering(profile: string): string {
  return profile === sandboxProfile ? 'revento sandbox' : `revento -p ${profile} sandbox`;
}

/** Whether the chosen sandbox was ever started on this machine; `sandbox exec` leaves no profile. */
export async function hasSandboxProfile(deps: Pick<Deps, 'profile' | 'settingsFile'>): Promise<boolean> {
  return (await deps.settingsFile()).profiles()[chosenSandbox(deps)]?.auth_base !== undefined;
}

/** Reads the sealed secrets of the profile, never the environment's: those may be the real ones. */
export async function storedCredentials(
  deps: Pick<Deps, 'settingsFile' | 'secrets'>,
  profile: string,
): Promise<StoredCredentials> {
  const settings = (await deps.settingsFile()).profiles()[profile];
  const secrets = await deps.secrets(profile);
  const read = async (name: 'client_secret' | 'webhook_secret') => (await secrets.get(name))?.secret.reveal() ?? null;
  const clientId = settings?.client_id ?? null;
  // A secret without its id would be registered under another one.
  return {
    clientId,
    clientSecret: clientId === null ? null : await read('client_secret'),
    webhookSecret: await read('webhook_secret'),
  };
}

/**
 * Defines the profile, so that `revento -p sandbox login` needs nothing else. Where a new sandbox begins, logins of an
 * earlier one are forgotten: their tokens ended with it. Returns how many logins those were.
 *
 * @param redirectUri  the redirect URI for logins of this tool
 * @param saved  the sandbox it continues from: logins of the profile stay if they belong to it
 */
export async function defineProfile(
  deps: Pick<Deps, 'storedProfiles' | 'sessions' | 'settingsFile' | 'secrets'>,
  profile: string,
  credentials: Credentials,
  redirectUri: string,
  saved?: Snapshot,
): Promise<number> {
  const profiles = await deps.storedProfiles();
  const { logins = [], remnants = [] } = profiles.find(({ name }) => name === profile) ?? {};
  const sessions = await deps.sessions(profile);
  const before = (await deps.settingsFile()).profiles()[profile];
  const goesOn = saved !== undefined && before?.client_id === credentials.clientId;
  // Perhaps the same sandbox on another port.
  if (goesOn && before.auth_base !== credentials.authBase) await sessions.move(credentials.authBase);
  // By name, as logout does: the tokens of a login that cannot be opened have ended as well.
  if (!goesOn) for (const key of [...logins, ...remnants]) await sessions.forget(key);
  await (await deps.settingsFile()).update(profile, {
    auth_base: credentials.authBase,
    api_base: credentials.apiBase,
    client_id: credentials.clientId,
    redirect_uri: redirectUri,
    default_event: credentials.eventId,
  });
  const secrets = await deps.secrets(profile);
  await secrets.set({
    client_secret: credentials.clientSecret,
    webhook_secret: credentials.webhookSecret,
    // A rotation ends with the sandbox it was started in, unless that sandbox was saved and continues here.
    webhook_secret_previous: saved?.deliveries?.signing.previous ?? null,
  });
  return goesOn ? 0 : logins.length;
}
