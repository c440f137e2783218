import type { GlobalOptions } from './commands/globals.ts';
import type { Deps, SettingName } from './deps.ts';
import { forgetSecrets, readEnvironment, selectProfile } from './environment.ts';
import type { OutputFormat } from './output/item.ts';
import { systemClock } from './platform/clock.ts';
import type { Interrupts } from './platform/interrupts.ts';
import { resolvePaths } from './platform/paths.ts';
import type { Exchange, Style, Terminal } from './platform/ports.ts';
import { openSettingsFile } from './platform/settings.ts';
import { createTerminal } from './platform/terminal.ts';
import { Redactor } from './secret.ts';
import { resolveSettings } from './settings.ts';

/** The process, as the program sees it. */
export interface Edge {
  readonly argv: readonly string[];
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
  close(): Promise<void>;
}

/** Loads something costly the first time it is asked for, and the same thing ever after. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

export interface RunOptions extends GlobalOptions {
  readonly [name: string]: unknown;
}

/** Flags that stand for a setting, by the option's camel-cased name. */
const settingFlags: Readonly<Record<string, SettingName>> = {
  authBase: 'auth_base',
  apiBase: 'api_base',
  clientId: 'client_id',
  redirectUri: 'redirect_uri',
  scope: 'scope',
  event: 'default_event',
  output: 'output',
  keyStore: 'key_store',
};

/**
 * The composition root: the only place that knows which implementation stands behind which port. Each is loaded
 * when first used.
 *
 * @throws ReventoError `usage` when a profile, event or output name is malformed
 */
export async function connect(
  edge: Edge,
  options: RunOptions,
  stderrStyle: Style,
  formatFrom: (fallback: string) => OutputFormat,
): Promise<Wiring> {
  const redactor = new Redactor();
  const environment = readEnvironment(edge.env);
  forgetSecrets(edge.env);
  for (const value of Object.values(environment.secrets)) redactor.add(value);

  const { configDir, dataDir } = resolvePaths(edge);
  const lock = async <R>(path: string, work: () => Promise<R>): Promise<R> => {
    void path;
    return work();
  };
  const file = openSettingsFile({ directory: configDir, lock });
  const profile = selectProfile(options.profile, environment, file);
  const settings = resolveSettings({
    flags: flagsOf(options),
    environment: environment.values,
    profile: file.profiles()[profile] ?? {},
    profileName: profile,
    configDir,
    dataDir,
  });
  const terminal: Terminal = createTerminal({
    stdin: edge.stdin,
    stderr: edge.stderr,
    mayAsk: options.input !== false && !edge.env['CI'],
    style: stderrStyle,
    clean: (text) => redactor.clean(text),
  });
  for (const warning of environment.warnings) terminal.notice(`warning: ${warning}`);

  const isDebug = options.debug === true || isOn(edge.env['REVENTO_DEBUG']);
  const isVerbose = isDebug || options.verbose === true;
  const client = once(async () => {
    const { createHttpClient } = await import('./platform/http.ts');
    return createHttpClient({
      httpProxy: edge.env['http_proxy'] ?? edge.env['HTTP_PROXY'],
      httpsProxy: edge.env['https_proxy'] ?? edge.env['HTTPS_PROXY'],
      noProxy: edge.env['no_proxy'] ?? edge.env['NO_PROXY'],
    });
  });
  let isClientUsed = false;
  const http = once(async (): Promise<Exchange> => {
    isClientUsed = true;
    return (await client()).exchange;
  });

  const deps: Deps = {
    profile,
    event: settings.get('default_event') === null ? null : settings.require('default_event'),
    settings,
    format: formatFrom(settings.get('output')?.value ?? 'table'),
    isVerbose,
    childEnv: environment.childEnv,
    clock: systemClock,
    signal: edge.interrupts.signal,
    terminal,
    redactor,
    http,
    serve: once(async () => {
      const { createServe } = await import('./platform/server.ts');
      return createServe((error) => terminal.notice(`internal error while answering a request: ${String(error)}`));
    }),
    openBrowser: once(async () => {
      throw new Error('not wired');
    }),
    sessions: once(async () => {
      throw new Error('not wired');
    }),
    secrets: once(async () => {
      throw new Error('not wired');
    }),
    settingsFile: once(async () => file),
    spawn: async (command, env) => {
      const { runChild } = await import('./platform/child.ts');
      return runChild(command, { env, signal: edge.interrupts.signal });
    },
  };
  return {
    deps,
    close: async () => {
      if (isClientUsed) await (await client()).close();
    },
  };
}

function flagsOf(options: RunOptions): Partial<Record<SettingName, string>> {
  const flags: Partial<Record<SettingName, string>> = {};
  for (const [option, setting] of Object.entries(settingFlags)) {
    const value = options[option];
    if (typeof value === 'string') flags[setting] = value;
  }
  return flags;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
