import type { SecretStore, Settings, SettingsFile } from '../config/types.ts';
import type { OutputFormat } from '../output/item.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange, Forwarder, ForwarderOptions, Serve } from '../ports/exchange.ts';
import type { Launch } from '../ports/launched.ts';
import type { Sessions } from '../ports/sessions.ts';
import type { KeyStore, Listeners, SealedLog, SharedLog, StoredProfile, StoreInspection } from '../ports/store.ts';
import type { OpenBrowser, Terminal } from '../ports/terminal.ts';
import type { Redactor, Secret } from '../text/secret.ts';

/**
 * What a command may use. Types only; `wire.ts` builds the real thing and tests build their own. Whatever is costly to
 * load is a function, so that a command only pays for what it calls.
 */
export interface Deps {
  /** Selected profile: `--profile`, `REVENTO_PROFILE`, or `default`. */
  readonly profile: string;
  /**
   * Selected event, or null: `--event`, `REVENTO_EVENT`, `SANDBOX_EVENT_ID`, then the profile's default event.
   *
   * @throws ReventoError `usage` when it is malformed, so that only commands that need an event fail
   */
  readonly event: string | null;
  readonly settings: Settings;
  readonly format: OutputFormat;
  /** Whether `--jq` is given: every yielded item is filtered as data, in any format. */
  readonly isFiltered: boolean;
  /** `--verbose` or more: show requests on stderr. */
  readonly isVerbose: boolean;
  /** The environment without the secrets in it: safe to hand to a child process. */
  readonly childEnv: Readonly<Record<string, string>>;
  /** The words that start this program again, absolute: `[node, script]`. */
  readonly program: readonly string[];
  readonly clock: Clock;
  /** Aborted on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  /** Runs work that blocks the event loop, so that Ctrl-C can still interrupt it. */
  readonly breakable: <T>(work: () => T) => T;
  readonly terminal: Terminal;
  /** Whether stdout is a terminal, where a progress line would mix with the output. */
  readonly isStdoutTty: boolean;
  readonly redactor: Redactor;
  http(): Promise<Exchange>;
  serve(): Promise<Serve>;
  /** A client for deliveries; the caller closes it. */
  forwarder(options: ForwarderOptions): Promise<Forwarder>;
  openBrowser(): Promise<OpenBrowser>;
  /** REVENTO_ACCESS_TOKEN, which takes precedence over every stored login; null when unset. */
  readonly environmentToken: Secret | null;
  /** The logins of the selected profile, or of the named one. */
  sessions(profile?: string): Promise<Sessions>;
  /** The secrets of the selected profile, or of the named one: then from its sealed file only. */
  secrets(profile?: string): Promise<SecretStore>;
  settingsFile(): Promise<SettingsFile>;
  /** Removes the directories of a profile whose logins and secrets are gone, and the logs of its requests. */
  discardProfile(profile: string): Promise<void>;
  /** The keys of the store, of all profiles. */
  keyStore(): Promise<KeyStore>;
  /**
   * The log through which the processes of one login share their requests.
   *
   * @param login  fit for a file name, such as `installation-evt_1`
   */
  sharedLog(login: string): Promise<SharedLog>;
  /**
   * The sealed log of a profile, exclusive to this process until released; null while another process has it.
   *
   * @throws ReventoError `store_key`, `disk_full`, `file`
   */
  sealedLog(profile: string, name: string): Promise<SealedLog | null>;
  listeners(profile: string): Promise<Listeners>;
  /** Profiles that hold a login, what is left of one, or a sealed secret, sorted by name. */
  storedProfiles(): Promise<readonly StoredProfile[]>;
  /** The files of the store, of all profiles; inspecting them changes nothing and reads no secret. */
  inspectStore(): Promise<StoreInspection>;
  /**
   * Runs another program on this terminal; resolves with its exit status (128 + n for signal n). `signal` can end it
   * early, as an interrupt does; `stdout: 'stderr'` keeps our own stdout clean; it runs in
   * `directory`, or here. `onOutput` sees everything it writes, which then goes through pipes, and waits for its end.
   */
  spawn(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    options?: {
      readonly stdout?: 'stdout' | 'stderr';
      readonly signal?: AbortSignal;
      readonly directory?: string;
      readonly onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
    },
  ): Promise<number>;
  /** Starts a program that runs beside this one, in a group of processes that can be ended as a whole. */
  readonly launch: Launch;
}
