import type { Deps } from '../../command-kit/deps.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { forgetSecrets, isOn, readEnvironment, selectProfile } from '../../config/environment.ts';
import { describeSetting, resolveSettings } from '../../config/rows.ts';
import { type SettingName, settingNames } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { requireProfileName } from '../../files/file-name.ts';
import type { OutputFormat } from '../../output/item.ts';
import type { MarkedStyle } from '../../output/marked-style.ts';
import { resolvePaths } from '../../platform/files/paths.ts';
import { systemClock } from '../../platform/process/clock.ts';
import { createTerminal } from '../../platform/process/terminal.ts';
import { openSettingsFile } from '../../platform/store/settings-file.ts';
import { judgeTrust } from '../../platform/store/trust.ts';
import type { Terminal } from '../../ports/terminal.ts';
import { Redactor } from '../../text/secret.ts';
import type { Context } from './context.ts';
import type { Edge } from './edge.ts';
import { joinNetwork } from './network.ts';
import { once } from './once.ts';
import { joinStore } from './store.ts';

/** Everything that a run needs, joined, and how to release it. */
interface Wiring {
  readonly deps: Deps;
  /** A text as it may be written to stderr: without secrets, and without control characters except our own. */
  clean(text: string): string;
  close(): Promise<void>;
}

/** How the settings are read. */
interface Reading {
  readonly formatFrom: (fallback: () => string) => OutputFormat;
  /** Warns of broken settings and skips them: the command is there to show or fix them. */
  readonly isLenient: boolean;
}

interface RunOptions extends GlobalOptions {
  readonly [name: string]: unknown;
}

/**
 * The composition root: the only place that knows which implementation a port has. Each is loaded when first used.
 *
 * @throws ReventoError `usage` when a profile, event or output name is malformed
 */
export async function connect(
  edge: Edge,
  options: RunOptions,
  stderr: MarkedStyle,
  { formatFrom, isLenient }: Reading,
): Promise<Wiring> {
  const redactor = new Redactor();
  // Twice, because removing control characters may rejoin a secret that they had split.
  const clean = (text: string) => redactor.clean(stderr.finish(redactor.clean(text)));
  const environment = readEnvironment(edge.env);
  forgetSecrets(edge.env);
  for (const value of Object.values(environment.secrets)) redactor.add(value);
  const { access_token: accessToken } = environment.secrets;

  const { configDir, dataDir } = resolvePaths(edge);
  const locks = once(async () => (await import('../../platform/lock/lock.ts')).createLocks(systemClock));
  const file = openSettingsFile({
    directory: configDir,
    lock: async (path, work) => (await locks()).exclusive(path, work, { signal: edge.interrupts.signal }),
    onLoose: (path) => terminal.notice(`warning: ${path} was open to other users; permissions fixed`),
  });
  const problems = new Set<string>();
  /** A value from the settings, or the fallback where they are broken and the command helps to fix them. */
  const readOr = <T>(read: () => T, fallback: T): T => {
    try {
      return read();
    } catch (error) {
      if (!isLenient || !(error instanceof ReventoError)) throw error;
      problems.add(error.message);
      return fallback;
    }
  };
  const profile = selectProfile(options.profile, environment, {
    defaultProfile: () => readOr(() => requireProfileName(file.defaultProfile()), 'default'),
  });
  const settingsOf = (name: string) =>
    resolveSettings({
      // Flags and variables apply to the selected profile only.
      flags: name === profile ? flagsOf(options) : {},
      environment: name === profile ? environment.values : {},
      profile: readOr(() => file.of(name), {}),
      profileName: name,
      placeOf: (setting) => file.placeOf(name, setting),
      configDir,
      dataDir,
    });
  const settings = settingsOf(profile);
  // Right after they were read, so that a file that appears later has no effect.
  const trust = judgeTrust(configDir, dataDir);
  const terminal: Terminal = createTerminal({
    stdin: () => edge.stdin,
    stderr: edge.stderr,
    mayAsk: options.input !== false && !isOn(edge.env['CI']),
    style: stderr.style,
    clean,
    signal: edge.interrupts.signal,
  });
  for (const warning of environment.warnings) terminal.notice(`warning: ${warning}`);

  const isDebug = options.debug === true || isOn(edge.env['REVENTO_DEBUG']);
  const context: Context = {
    edge,
    environment,
    configDir,
    dataDir,
    profile,
    settings,
    settingsOf,
    trust,
    file,
    redactor,
    terminal,
    environmentToken: accessToken === undefined ? null : redactor.add(accessToken),
    isVerbose: isDebug || options.verbose === true,
    isDebug,
    isRedacted: options.redact === true,
  };
  const { close, ...network } = joinNetwork(context);
  const selectedEvent = () => (settings.get('default_event') === null ? null : settings.require('default_event'));
  // Refused at once where it was typed; elsewhere only by commands that need one.
  if (isLenient || options.event !== undefined) readOr(selectedEvent, null);
  const deps: Deps = {
    profile,
    get event() {
      return readOr(selectedEvent, null);
    },
    settings,
    format: formatFrom(() => readOr(() => settings.require('output'), 'table')),
    isFiltered: options.jq !== undefined,
    isVerbose: context.isVerbose,
    childEnv: environment.childEnv,
    program: edge.program,
    clock: systemClock,
    signal: edge.interrupts.signal,
    breakable: edge.interrupts.breakable,
    terminal,
    isStdoutTty: edge.stdout.isTTY === true,
    redactor,
    environmentToken: context.environmentToken,
    ...network,
    ...joinStore(context, locks, network.http),
    spawn: spawn(edge),
    launch: async (...about) => (await import('../../platform/process/launch.ts')).launch(...about),
  };
  for (const problem of problems) terminal.notice(`warning: ${problem}`);
  return { deps, clean, close };
}

/** Runs another program until it ends, or until this one is interrupted. */
function spawn({ interrupts }: Edge): Deps['spawn'] {
  return async (command, env, { signal, ...options } = {}) => {
    const { runChild } = await import('../../platform/process/child.ts');
    const either = signal ? AbortSignal.any([interrupts.signal, signal]) : interrupts.signal;
    return runChild(command, { ...options, env, signal: either });
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
