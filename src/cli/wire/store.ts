import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../../command-kit/deps.ts';
import { type ConfirmHost, confirmHostWith } from '../../config/host-change.ts';
import type { Locks } from '../../platform/lock/lock.ts';
import { systemClock } from '../../platform/process/clock.ts';
import type { OpenVault } from '../../platform/store/vault.ts';
import type { KeySource } from '../../ports/store.ts';
import { bindingOnUpdate } from './binding-on-update.ts';
import type { Context } from './context.ts';
import type { Network } from './network.ts';
import { once, onceEach } from './once.ts';

/** What a command needs of what is stored on this machine. */
type Store = Pick<
  Deps,
  | 'sessions'
  | 'secrets'
  | 'settingsFile'
  | 'discardProfile'
  | 'keyStore'
  | 'sharedLog'
  | 'sealedLog'
  | 'listeners'
  | 'storedProfiles'
  | 'inspectStore'
>;

/** What several of them stand on, each made when first used. */
interface Ground {
  readonly context: Context;
  vault(): Promise<OpenVault>;
  rescueDirs(): Promise<readonly string[]>;
}

/**
 * @param locks  the same for the whole run: a process must not wait for a lock that it holds itself
 * @param http   how tokens are refreshed
 */
export function joinStore(context: Context, locks: () => Promise<Locks>, http: Network['http']): Store {
  const rescueDirs = rescueDirectories(context);
  const ground: Ground = { context, rescueDirs, vault: vault(context, locks, rescueDirs) };
  const secrets = secretStores(ground);
  const logins = sessions(ground, http, secrets);
  return {
    secrets,
    sessions: logins,
    settingsFile: async () => bindingOnUpdate(context.file, { secrets, sessions: logins, terminal: context.terminal }),
    discardProfile: discardProfile(context),
    keyStore: keyStore(ground),
    sharedLog: sharedLog(context),
    listeners: async (profile) => {
      const { openListeners } = await import('../../platform/store/listener-files.ts');
      return openListeners(context.configDir, profile, systemClock.now);
    },
    sealedLog: async (profile, name) => (await ground.vault()).log(profile, name),
    storedProfiles: async () => {
      const { storedProfiles } = await import('../../platform/store/profiles/stored-profiles.ts');
      return storedProfiles(context.configDir);
    },
    inspectStore: inspectStore(ground),
  };
}

function rescueDirectories({ edge }: Context): Ground['rescueDirs'] {
  return once(async () => {
    const { rescueDirectories } = await import('../../platform/store/rescue-dirs.ts');
    return rescueDirectories({ env: edge.env, home: edge.home, temporary: tmpdir() });
  });
}

function vault(context: Context, locks: () => Promise<Locks>, rescueDirs: Ground['rescueDirs']): Ground['vault'] {
  const { edge, configDir, dataDir, settings, terminal, redactor, trust } = context;
  const { secrets, childEnv } = context.environment;
  return once(async () => {
    const { refusal, warnings } = trust;
    for (const warning of [...(refusal ? [refusal.message] : []), ...warnings]) terminal.notice(`warning: ${warning}`);
    const { openVault } = await import('../../platform/store/vault.ts');
    return openVault({
      configDir,
      dataDir,
      rescueDirs: await rescueDirs(),
      passphrase: secrets.store_key === undefined ? null : redactor.add(secrets.store_key),
      preferred: () => settings.require('key_store') as KeySource,
      keyring: async () => (await import('../../platform/key/keyring.ts')).openKeyring(edge.program, childEnv),
      locks: await locks(),
      clock: systemClock,
      notice: (text) => terminal.notice(text),
    });
  });
}

function sessions({ context, vault }: Ground, exchange: Network['http'], secrets: Store['secrets']): Store['sessions'] {
  const { edge, profile, settingsOf, configDir, environmentToken, redactor, terminal } = context;
  return onceEach(profile, async (name) => {
    const { createSessions } = await import('../../auth/session/session.ts');
    const isSelected = name === profile;
    return createSessions({
      profile: name,
      settings: settingsOf(name),
      vault: await vault(),
      exchange,
      clientSecret: async (authBase) => (await secrets(name)).clientSecretFor(authBase),
      confirmHost: confirmHost(context, name),
      accessToken: isSelected ? environmentToken : null,
      clock: systemClock,
      redactor,
      signal: edge.interrupts.signal,
      uninterrupted: edge.interrupts.uninterrupted,
      dropLog: async (login) => {
        const { removeSharedLog } = await import('../../platform/store/shared-log.ts');
        removeSharedLog(paceLog(configDir, name, login));
      },
      notice: (text) => terminal.notice(text),
    });
  });
}

function secretStores({ context, vault }: Ground): Store['secrets'] {
  const { edge, environment, profile, redactor, settingsOf } = context;
  return onceEach(profile, async (name) => {
    const { createSecretStore } = await import('../../platform/store/sealed-secrets.ts');
    return createSecretStore({
      profile: name,
      vault: await vault(),
      environment: name === profile ? environment.secrets : {},
      // Read again each time: this run may have changed it.
      authBase: () => settingsOf(name).get('auth_base')?.value ?? null,
      confirmHost: confirmHost(context, name),
      redactor,
      signal: edge.interrupts.signal,
    });
  });
}

function confirmHost({ edge, settingsOf, terminal }: Context, profile: string): ConfirmHost {
  return confirmHostWith({ profile, settings: settingsOf(profile), terminal, signal: edge.interrupts.signal });
}

function keyStore({ context: { edge }, vault }: Ground): Store['keyStore'] {
  return once(async () => {
    const { createKeyStore } = await import('../../platform/store/rekey.ts');
    return createKeyStore(await vault(), edge.interrupts.signal);
  });
}

function discardProfile({ configDir }: Context): Store['discardProfile'] {
  return async (name) => {
    const { discardProfile } = await import('../../platform/store/profiles/discard-profile.ts');
    discardProfile(configDir, name);
  };
}

function sharedLog({ configDir, profile }: Context): Store['sharedLog'] {
  return async (login) => {
    const { openSharedLog } = await import('../../platform/store/shared-log.ts');
    return openSharedLog(paceLog(configDir, profile, login), systemClock);
  };
}

/** The log by which the processes of one login pace their requests. */
const paceLog = (configDir: string, profile: string, login: string) => join(configDir, 'pace', profile, login);

function inspectStore({ context: { configDir, dataDir }, rescueDirs }: Ground): Store['inspectStore'] {
  return async () => {
    const { inspectStore } = await import('../../platform/store/inspection.ts');
    return inspectStore({ configDir, dataDir, rescueDirs: await rescueDirs(), now: systemClock.now() });
  };
}
