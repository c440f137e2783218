import type { Deps } from '../deps.ts';
import type { Credentials } from '../sandbox/env-file.ts';

/** The profile that `sandbox start` defines. */
export const sandboxProfile = 'sandbox';

/** Whether a sandbox was ever started on this machine; one of `sandbox exec` leaves no profile. */
export async function hasSandboxProfile(deps: Deps): Promise<boolean> {
  return (await deps.settingsFile()).profiles()[sandboxProfile]?.auth_base !== undefined;
}

/** What an earlier sandbox was registered with, so that env files written then stay good; null where nothing is. */
export interface StoredCredentials {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly webhookSecret: string | null;
}

/** Reads the sealed secrets of the profile `sandbox`, never the environment's: those may be the real ones. */
export async function storedCredentials(deps: Deps): Promise<StoredCredentials> {
  const settings = (await deps.settingsFile()).profiles()[sandboxProfile];
  const secrets = await deps.secrets(sandboxProfile);
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
 * Defines the profile, so that `revento -p sandbox login` needs nothing else, and forgets logins of an earlier
 * sandbox: their tokens ended with it.
 */
export async function defineProfile(deps: Deps, credentials: Credentials): Promise<void> {
  const { profiles } = await deps.inspectStore();
  const { logins = [], remnants = [] } = profiles.find(({ name }) => name === sandboxProfile) ?? {};
  const sessions = await deps.sessions(sandboxProfile);
  // By name, as logout does: of a login that cannot be opened the tokens have ended as well.
  for (const key of [...logins, ...remnants]) await sessions.forget(key);
  await (await deps.settingsFile()).update(sandboxProfile, {
    auth_base: credentials.authBase,
    api_base: credentials.apiBase,
    client_id: credentials.clientId,
    redirect_uri: credentials.redirectUri,
    default_event: credentials.eventId,
  });
  const secrets = await deps.secrets(sandboxProfile);
  await secrets.set('client_secret', credentials.clientSecret);
  await secrets.set('webhook_secret', credentials.webhookSecret);
  // A rotation ends with the sandbox it was begun in.
  await secrets.set('webhook_secret_previous', null);
}
