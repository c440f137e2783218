import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../../command-kit/deps.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { forgetSecrets, isOn, readEnvironment, selectProfile } from '../../config/environment.ts';
import { describeSetting, resolveSettings } from '../../config/rows.ts';
import { type SettingName, settingNames } from '../../config/types.ts';
import { readProxySettings } from '../../http/proxy.ts';
import type { OutputFormat } from '../../output/item.ts';
import type { MarkedStyle } from '../../output/marked-style.ts';
import { resolvePaths } from '../../platform/files/paths.ts';
import { systemClock } from '../../platform/process/clock.ts';
import type { Interrupts } from '../../platform/process/interrupts.ts';
import { createTerminal } from '../../platform/process/terminal.ts';
import { openSettingsFile } from '../../platform/store/settings-file.ts';
import type { Exchange } from '../../ports/exchange.ts';
import type { KeySource } from '../../ports/store.ts';
import type { Terminal } from '../../ports/terminal.ts';
import { Redactor } from '../../text/secret.ts';
import { once, onceEach } from './once.ts';

/** The process, as the program sees it. */
export interface Edge {
  readonly argv: readonly string[];
  /** The words that start this program again, absolute. */
  readonly program: readonly string[];
  readonly env: Record<string, string | undefined>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly interrupts: Interrupts;
}

/** Everything a run needs, joined; and how to let go of it. */
export interface Wiring {
  readonly deps: Deps;
  /** What may be written to stderr of a text: without secrets and without control characters that are not ours. */
  clean(text: string): string;
  close(): Promise<void>;
}

export interface RunOptions extends GlobalOptions {
  readonly [name: string]: unknown;
}

/**
 * The composition root: the only place that knows which implementation stands behind which port. Each is loaded
 * when first used.
 *
 * @throws ReventoError `usage` when a profile, event or output name is malformed
 */
export async function connect(
  edge: Edge,
  options: RunOptions,
  stderr: MarkedStyle,
  formatFrom: (fallback: () => string) => OutputFormat,
): Promise<Wiring> {
  const redactor = new Redactor();
  // Twice, because a secret that control characters took apart is whole once they are gone.
  const clean = (text: string) => redactor.clean(stderr.finish(redactor.clean(text)));
  const environment = readEnvironment(edge.env);
  forgetSecrets(edge.env);
  for (const value of Object.values(environment.secrets)) redactor.add(value);
  const { access_token: accessToken } = environment.secrets;

  const { configDir, dataDir } = resolvePaths(edge);
  const locks = once(async () => {
    const [{ createLocks }, { fault }] = await Promise.all([
      import('../../platform/lock/lock.ts'),
      import('../../platform/files/fault.ts'),
    ]);
    return createLocks({ clock: systemClock, fault });
  });
  const lock = async <R>(path: string, work: () => Promise<R>): Promise<R> =>
    (await locks()).exclusive(path, work, { signal: edge.interrupts.signal });
  const file = openSettingsFile({
    directory: configDir,
    lock,
    onLoose: (path) => terminal.notice(`warning: ${path} was open to other users; that has been put right`),
  });
  const profile = selectProfile(options.profile, environment, file);
  const settings = resolveSettings({
    flags: flagsOf(options),
    environment: environment.values,
    profile: file.of(profile),
    profileName: profile,
    configDir,
    dataDir,
  });
  const terminal: Terminal = createTerminal({
    stdin: edge.stdin,
    stderr: edge.stderr,
    mayAsk: options.input !== false && !edge.env['CI'],
    style: stderr.style,
    clean,
    signal: edge.interrupts.signal,
  });
  for (const warning of environment.warnings) terminal.notice(`warning: ${warning}`);

  const isDebug = options.debug === true || isOn(edge.env['REVENTO_DEBUG']);
  const isVerbose = isDebug || options.verbose === true;
  const client = once(async () => {
    const { createHttpClient } = await import('../../platform/http/client.ts');
    return createHttpClient(readProxySettings(edge.env));
  });
  let isClientUsed = false;
  const http = once(async (): Promise<Exchange> => {
    isClientUsed = true;
    const { exchange } = await client();
    if (!isVerbose) return exchange;
    const { traced } = await import('../../platform/http/trace.ts');
    return traced(exchange, { clock: systemClock, write: (text) => terminal.notice(text), hasHeaders: isDebug });
  });

  const settingsOf = (name: string) =>
    resolveSettings({
      flags: {},
      environment: {},
      profile: file.of(name),
      profileName: name,
      configDir,
      dataDir,
    });
  const rescueDirs = once(async () => {
    const { rescueDirectories } = await import('../../platform/store/rescue-dirs.ts');
    return rescueDirectories({ env: edge.env, home: edge.home, temporary: tmpdir() });
  });
  const vault = once(async () => {
    const { openVault } = await import('../../platform/store/vault.ts');
    const { store_key: passphrase } = environment.secrets;
    return openVault({
      configDir,
      dataDir,
      rescueDirs: await rescueDirs(),
      passphrase: passphrase === undefined ? null : redactor.add(passphrase),
      preferred: () => settings.require('key_store') as KeySource,
      keyring: async () => (await import('../../platform/key/keyring.ts')).openKeyring(environment.childEnv),
      locks: await locks(),
      clock: systemClock,
      notice: (text) => terminal.notice(text),
    });
  });

  const deps: Deps = {
    profile,
    event: settings.get('default_event') === null ? null : settings.require('default_event'),
    settings,
    format: formatFrom(() => settings.require('output')),
    isVerbose,
    childEnv: environment.childEnv,
    program: edge.program,
    clock: systemClock,
    signal: edge.interrupts.signal,
    terminal,
    isStdoutTty: edge.stdout.isTTY === true,
    redactor,
    http,
    serve: once(async () => {
      const { createServe } = await import('../../platform/http/server.ts');
      return createServe((error) => terminal.notice(`internal error while answering a request: ${String(error)}`));
    }),
    forwarder: async (forwarderOptions) => {
      const { createForwarder } = await import('../../platform/http/forwarder.ts');
      return createForwarder(forwarderOptions);
    },
    openBrowser: once(async () => {
      const { createOpenBrowser } = await import('../../platform/process/browser.ts');
      const { childEnv } = environment;
      return createOpenBrowser({ command: childEnv['BROWSER'], env: childEnv, platform: edge.platform });
    }),
    environmentToken: accessToken === undefined ? null : redactor.add(accessToken),
    sessions: onceEach(profile, async (name) => {
      const [{ createSessions }, { fault }] = await Promise.all([
        import('../../auth/session/session.ts'),
        import('../../platform/files/fault.ts'),
      ]);
      const isSelected = name === profile;
      return createSessions({
        profile: name,
        settings: isSelected ? settings : settingsOf(name),
        vault: await vault(),
        exchange: http,
        clientSecret: async () => (await (await deps.secrets(name)).get('client_secret'))?.secret ?? null,
        accessToken: isSelected ? deps.environmentToken : null,
        clock: systemClock,
        redactor,
        signal: edge.interrupts.signal,
        uninterrupted: edge.interrupts.uninterrupted,
        dropLog: async (login) => {
          const { removeSharedLog } = await import('../../platform/store/shared-log.ts');
          removeSharedLog(join(configDir, 'pace', name, login));
        },
        notice: (text) => terminal.notice(text),
        fault,
      });
    }),
    secrets: onceEach(profile, async (name) => {
      const { createSecretStore } = await import('../../platform/store/sealed-secrets.ts');
      return createSecretStore({
        profile: name,
        vault: await vault(),
        environment: name === profile ? environment.secrets : {},
        redactor,
        signal: edge.interrupts.signal,
      });
    }),
    keyStore: once(async () => {
      const { createKeyStore } = await import('../../platform/store/rekey.ts');
      return createKeyStore(await vault(), edge.interrupts.signal);
    }),
    settingsFile: once(async () => file),
    sharedLog: async (login) => {
      const { openSharedLog } = await import('../../platform/store/shared-log.ts');
      return openSharedLog(join(configDir, 'pace', profile, login), systemClock);
    },
    discardProfile: async (name) => {
      const { discardProfile } = await import('../../platform/store/profile-directories.ts');
      discardProfile(configDir, name);
    },
    inspectStore: async () => {
      const { inspectStore } = await import('../../platform/store/inspection.ts');
      return inspectStore({ configDir, dataDir, rescueDirs: await rescueDirs(), now: systemClock.now() });
    },
    spawn: async (command, env, { stdout = 'stdout', signal } = {}) => {
      const { runChild } = await import('../../platform/process/child.ts');
      const interrupted = edge.interrupts.signal;
      return runChild(command, { env, stdout, signal: signal ? AbortSignal.any([interrupted, signal]) : interrupted });
    },
  };
  return {
    deps,
    clean,
    close: async () => {
      if (isClientUsed) await (await client()).close();
    },
  };
}

function flagsOf(options: RunOptions): Partial<Record<SettingName, string>> {
  const flags: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = options[optionOf(describeSetting(name).flag ?? '')];
    if (typeof value === 'string') flags[name] = value;
  }
  return flags;
}

/** Commander's name of an option: `--auth-base` is `authBase`. */
function optionOf(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
