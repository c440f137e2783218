import type { SandboxDeps } from '../../commands/shared/sandbox/remote.ts';
import { readEnvironment, selectProfile } from '../../config/environment.ts';
import { resolveSettings } from '../../config/rows.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { systemClock } from '../../platform/process/clock.ts';
import { createSecretStore } from '../../platform/store/sealed-secrets.ts';
import { openSettingsFile } from '../../platform/store/settings-file.ts';
import { judgeTrust } from '../../platform/store/trust.ts';
import { openVault } from '../../platform/store/vault.ts';
import { Redactor } from '../../text/secret.ts';

export interface QuickPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configDir: string;
  readonly dataDir: string;
  /** As given with `--profile`; null for the selected one. */
  readonly profile: string | null;
}

export interface QuickSandbox {
  readonly deps: SandboxDeps;
  close(): Promise<void>;
}

/**
 * What asking the running sandbox needs while the user is typing: nothing is written, nothing is locked, and no
 * keyring is opened, because that may show a dialog.
 *
 * @param limitMs  longest wait for an answer
 * @throws ReventoError where other users may have decided what the settings say
 */
export async function quickSandbox(places: QuickPlaces, limitMs: number): Promise<QuickSandbox> {
  const { env, configDir, dataDir } = places;
  const { refusal } = judgeTrust(configDir, dataDir);
  if (refusal !== null) throw refusal;
  const environment = readEnvironment(env);
  const file = openSettingsFile({ directory: configDir, lock: refuse });
  const profile = selectProfile(places.profile ?? undefined, environment, file);
  const settingsOf = (name: string) =>
    resolveSettings({
      flags: {},
      environment: name === profile ? environment.values : {},
      profile: file.of(name),
      profileName: name,
      placeOf: (setting) => file.placeOf(name, setting),
      configDir,
      dataDir,
    });
  const redactor = new Redactor();
  const passphrase = environment.secrets.store_key;
  const vault = openVault({
    configDir,
    dataDir,
    rescueDirs: [],
    passphrase: passphrase === undefined ? null : redactor.add(passphrase),
    preferred: () => 'keyfile',
    keyring: refuse,
    locks: { acquire: refuse, exclusive: refuse },
    clock: systemClock,
    notice: () => {},
  });
  const client = await createHttpClient();
  const { signal } = new AbortController();
  return {
    deps: {
      profile,
      redactor,
      signal,
      childEnv: environment.childEnv,
      settings: settingsOf(profile),
      settingsFile: async () => file,
      secrets: async (name = profile) =>
        createSecretStore({
          profile: name,
          vault,
          environment: name === profile ? environment.secrets : {},
          authBase: () => settingsOf(name).get('auth_base')?.value ?? null,
          confirmHost: refuse,
          redactor,
          signal,
        }),
      http: async () => (request) => client.exchange({ ...request, timeoutMs: limitMs }),
    },
    close: client.close,
  };
}

const refuse = () => Promise.reject(new ReventoError('failed', 'Completion only looks.'));
