import { resolve } from 'node:path';
import { type EffectsHook, givenHooks, type Hooks } from '../../../certify/hooks.ts';
import type { CertifySettings } from '../../../certify/settings.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { parseDuration } from '../../../text/time.ts';
import { targetUrl } from '../../../webhook/sending/target-url.ts';
import type { ReportFormat } from '../report-form.ts';
import { shell } from '../shell.ts';
import { readOptional } from './settings-file.ts';

/** The flags, as commander leaves them. */
export interface CertifyOptions extends GlobalOptions {
  readonly command: readonly string[];
  readonly connect?: string;
  readonly login?: string;
  readonly redirectUri?: string;
  readonly webhook?: string;
  readonly sync?: string;
  readonly syncCommand?: string;
  readonly restart?: string | true;
  readonly effects?: string;
  readonly effectsUrl?: string;
  readonly settle?: string;
  readonly data?: readonly string[];
  readonly manifest?: string;
  readonly readyTimeout?: string;
  readonly syncTimeout?: string;
  readonly seed?: string;
  readonly config?: string;
  readonly format?: ReportFormat;
  readonly only?: string;
  readonly list?: boolean;
  readonly explain?: string;
  readonly baseline?: string;
  /** Where the integration is; here by default. */
  readonly directory?: string;
}

/** The checked options, from flags and file. */
export interface CertifyPlan {
  readonly directory: string | undefined;
  readonly command: readonly string[];
  readonly hooks: Hooks;
  readonly redirectUri: string | null;
  readonly manifest: string | null;
  readonly readyMs: number;
  readonly syncMs: number;
  /** How long a deletion may take. */
  readonly deletionMs: number;
}

const defaultReady = '30s';
const defaultSync = '25s';
const defaultSettle = '5s';
/** A shorter --settle is about effects: a deletion may take as long as this. */
const leastDeletionMs = 5_000;

/**
 * Joins the flags and `certify.json`.
 *
 * @throws ReventoError `usage`, `file`
 */
export async function readPlan(options: CertifyOptions, deps: Pick<Deps, 'signal' | 'terminal'>): Promise<CertifyPlan> {
  const file = await readOptional(options.config, deps);
  const command = options.command.length > 0 ? options.command : (file.start ?? []);
  if (command.length === 0) {
    throw new ReventoError('usage', 'Name the command that starts your integration, after --.', {
      hint: 'such as: revento certify --connect http://localhost:3000/connect -- npm start',
    });
  }
  const hooks = hooksOf(options, file, command);
  if (givenHooks(hooks).size === 0 || (hooks.connect === null && hooks.webhook === null)) {
    throw new ReventoError('usage', 'Missing --connect or --webhook: without them nothing can be tested.', {
      hint: 'such as: --connect http://localhost:3000/connect --webhook 3000',
    });
  }
  const given = options.redirectUri ?? file.redirect_uri ?? null;
  if (given !== null) localUrl('--redirect-uri', given);
  const readyMs = parseDuration(options.readyTimeout ?? file.ready_timeout ?? defaultReady);
  return {
    directory: options.directory,
    command,
    hooks,
    redirectUri: given ?? (hooks.connect === null ? null : `${new URL(hooks.connect).origin}/callback`),
    manifest: options.manifest ?? (file.manifest === undefined ? null : inDirectory(file.manifest, options.directory)),
    readyMs,
    syncMs: parseDuration(options.syncTimeout ?? file.sync_timeout ?? defaultSync),
    deletionMs: Math.max(leastDeletionMs, parseDuration(options.settle ?? file.settle ?? defaultSettle)),
  };
}

function hooksOf(options: CertifyOptions, file: CertifySettings, command: readonly string[]): Hooks {
  const sync = options.sync ?? (options.syncCommand === undefined ? file.sync : undefined);
  const syncCommand = options.syncCommand ?? (options.sync === undefined ? file.sync_command : undefined);
  if (sync !== undefined && syncCommand !== undefined) {
    throw new ReventoError('usage', "--sync can't be combined with --sync-command.", { hint: 'use one of them' });
  }
  const connect = options.connect ?? file.connect;
  const login = options.login ?? file.login;
  const webhook = options.webhook ?? file.webhook;
  const restart = options.restart ?? file.restart ?? false;
  const data =
    options.data ?? file.data?.map((place) => (isUrl(place) ? place : inDirectory(place, options.directory)));
  return {
    connect: connect === undefined ? null : localUrl('--connect', connect),
    login: login === undefined ? null : localUrl('--login', login),
    webhook: webhook === undefined ? null : localUrl('--webhook', targetUrl(webhook, { source: '--webhook' }).href),
    sync: sync === undefined ? null : localUrl('--sync', sync),
    syncCommand: syncCommand === undefined ? null : shell(syncCommand),
    restart: restart === false ? null : restart === true ? command : shell(restart),
    effects: effectsOf(options, file),
    data: (data ?? []).map((place) => (isUrl(place) ? localUrl('--data', place) : place)),
  };
}

function effectsOf(options: CertifyOptions, file: CertifySettings): EffectsHook | null {
  const command = options.effects ?? (options.effectsUrl === undefined ? file.effects : undefined);
  const url = options.effectsUrl ?? (options.effects === undefined ? file.effects_url : undefined);
  if (command !== undefined && url !== undefined) {
    throw new ReventoError('usage', "--effects can't be combined with --effects-url.", { hint: 'use one of them' });
  }
  const settle = options.settle ?? file.settle ?? defaultSettle;
  if (command !== undefined) return { source: { effects: command }, settle };
  return url === undefined ? null : { source: { effectsUrl: localUrl('--effects-url', url) }, settle };
}

/** Any scheme, so that a URL is never taken for a path. */
export function isUrl(place: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(place);
}

/** A path of `certify.json`, which is relative to the integration. */
function inDirectory(path: string, directory: string | undefined): string {
  return directory === undefined ? path : resolve(directory, path);
}

/** Requires a URL on this machine: certify must not test anything else. */
function localUrl(flag: string, text: string): string {
  const url = parseUrl(text);
  if (url !== null && /^https?:$/.test(url.protocol) && isLoopback(url.hostname) && url.username === '') return text;
  throw new ReventoError('usage', `${flag} must be an http or https URL on this machine.`, {
    hint: `such as ${flag} http://localhost:3000/${flag.replace(/^--/, '')}`,
  });
}
