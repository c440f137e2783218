/**
 * The types of `revento/sandbox`. The build publishes this file and `public-data.ts` as the declarations of the package,
 * so they import nothing else and name nothing private. Fields in snake_case are what goes over the wire.
 */
import type {
  ClockState,
  Delivery,
  FaultState,
  Fields,
  FileUrl,
  Happened,
  Happening,
  Manifest,
  RequestRecord,
  Rotation,
  SavedSandbox,
  SeedData,
  TokenAnswer,
} from './public-data.ts';

/**
 * Starts a Revento sandbox in this process, on a free port of 127.0.0.1. It writes no file, and the process can end
 * once it is closed.
 *
 * @throws SandboxError `invalid_option`, `file`, `port_busy` or `bind_failed`
 *
 * @example
 * ```ts
 * const sandbox = await startSandbox({ webhookUrl: 'http://127.0.0.1:3000/webhooks/revento' });
 * const { access_token } = await sandbox.login();
 * await sandbox.do('approve');
 * await sandbox.close();
 * ```
 */
export declare function startSandbox(options?: SandboxOptions): Promise<Sandbox>;

/** What the sandbox, or an option of it, refuses. */
export declare class SandboxError extends Error {
  readonly name: 'SandboxError';
  /** Stable; branch on it, never on the message. */
  readonly code: SandboxErrorCode;
}

export type SandboxErrorCode =
  | 'backwards'
  | 'bind_failed'
  | 'closed'
  | 'does_not_fit'
  | 'file'
  | 'invalid_option'
  | 'no_rotation'
  | 'no_webhook_url'
  | 'nobody_fits'
  | 'not_a_parameter'
  | 'not_delivered'
  | 'not_found'
  | 'port_busy'
  | 'unknown_action'
  | 'validation_error';

export interface SandboxOptions {
  /** Port to listen on. Default: a free one. */
  readonly port?: number | undefined;
  /** Where deliveries go. Without it none are sent. */
  readonly webhookUrl?: string | undefined;
  /** Participants of the test event. Default 42. */
  readonly participants?: number | undefined;
  /** Random seed of the test data; the same seed gives the same data. Default 1. */
  readonly seed?: number | undefined;
  /** Test data of your own: a YAML or JSON file, or the data itself. `schemas/sandbox-seed.schema.json` has its form. */
  readonly seedFile?: string | FileUrl | SeedData | undefined;
  /** What the integration declares, as file or data; other scopes are refused, other event types not delivered. */
  readonly manifest?: string | FileUrl | Manifest | undefined;
  /** Whether the authorize endpoint grants consent at once. Default true; false shows the consent page. */
  readonly autoConsent?: boolean | undefined;
  /** Whether the rate limits of the read API apply. Default true. */
  readonly rateLimit?: boolean | undefined;
  /** Lifetime of access tokens. Default `1h`. */
  readonly accessTtl?: Duration | undefined;
  /** Factor for the waits between webhook retries, from 0 to 100. Default 1. */
  readonly retryScale?: number | undefined;
  /** Registered in addition to `http://localhost:3000/callback`; `redirectUri` is the last of them. */
  readonly redirectUris?: readonly string[] | undefined;
  /** Faults that are active from the start and after a reset, such as `api:503x2`. */
  readonly faults?: readonly string[] | undefined;
  /** What `save()` gave: clients, logins, happenings, deliveries and clock are those of then. */
  readonly load?: SavedSandbox | undefined;
}

/** Milliseconds, or text such as `30s`, `5m`, `1h30m` or `91d`. */
export type Duration = number | string;

/** A running sandbox. Its methods reject with a `SandboxError`. */
export interface Sandbox {
  /** Base URL of the authorization server, such as `http://127.0.0.1:41234`. */
  readonly authBase: string;
  /** Base URL of the read API. */
  readonly apiBase: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs deliveries; the new one during a rotation. */
  readonly webhookSecret: string;
  readonly redirectUri: string;
  /** Id of the test event. */
  readonly event: string;
  /** The same as environment variables, by the names of the guide's examples, and the key of the control API. */
  readonly env: Readonly<Record<string, string>>;

  /** Logs in without a browser, as an organizer or a participant; returns the answer of the token endpoint. */
  login(options?: LoginOptions): Promise<TokenAnswer>;

  /**
   * Makes something happen. Resolves when the first attempt of every resulting delivery was answered.
   *
   * @param subjects  ids of whom it happens to; default: somebody the action fits
   */
  do(action: Action, options?: DoOptions): Promise<readonly Happened[]>;
  do(action: Action, subjects: string | readonly string[], options?: DoOptions): Promise<readonly Happened[]>;

  /** Lets the thing happen that sends an event type. Resolves when the first attempt was answered. */
  trigger(type: string, options?: TriggerOptions): Promise<Delivery>;

  /** The time of the sandbox, which tokens, limits, retries and debouncing follow. */
  readonly clock: SandboxClock;
  /** What the sandbox does wrong on purpose. */
  readonly faults: SandboxFaults;

  /** Every delivery with its attempts, oldest first, as it is now. */
  readonly deliveries: readonly Delivery[];
  /** Sends a delivery again under its id. Resolves when the first attempt was answered. */
  redeliver(deliveryId: string): Promise<Delivery>;
  /** Resolves once no delivery is being sent; retries that wait for their time are not waited for. */
  settled(): Promise<void>;
  /** Starts a rotation of the signing secret, or finishes it. */
  rotate(options?: { readonly finish?: boolean | undefined }): Promise<Rotation>;

  /** Requests that the sandbox has answered, oldest first: the last 10,000. */
  readonly requests: readonly RequestRecord[];
  /** Everything that has happened, oldest first. */
  readonly happenings: readonly Happening[];

  /** Forgets logins, requests, deliveries and what has happened; credentials, port and test data stay. */
  reset(options?: { readonly keepLogins?: boolean | undefined }): Promise<void>;
  /** Everything it holds, as JSON that `startSandbox({ load })` continues from. Contains its credentials. */
  save(): Promise<SavedSandbox>;
  /** Frees the port and stops retries. Idempotent. */
  close(): Promise<void>;
}

export type Action =
  | 'apply'
  | 'approve'
  | 'archive'
  | 'cancel'
  | 'connect'
  | 'edit-activity'
  | 'edit-profile'
  | 'fill'
  | 'free'
  | 'register'
  | 'reinstate'
  | 'reject'
  | 'request-revision'
  | 'resubmit'
  | 'revoke'
  | 'suspend';

export interface DoOptions {
  /** Fields to set, where the action takes some. */
  readonly set?: Fields | undefined;
  /** The event in which somebody is picked. Default: the test event. */
  readonly event?: string | undefined;
}

export interface LoginOptions {
  /** `user` is a participant's login. Default `installation`. */
  readonly kind?: 'installation' | 'user' | undefined;
  /** Whose login it is, by participant id. Default: the first participant. */
  readonly participant?: string | undefined;
  /** What is granted. Default: every scope of the kind. */
  readonly scope?: readonly string[] | undefined;
  readonly event?: string | undefined;
}

export interface TriggerOptions {
  /** Data of the envelope. With it the delivery is about somebody unknown to the API. */
  readonly data?: unknown;
  readonly event?: string | undefined;
}

export interface SandboxClock {
  /** The time of the sandbox now. */
  now(): Date;
  /** Moves it forward, through everything that is due on the way, in order. */
  advance(by: Duration): Promise<ClockState>;
  /** Moves it forward to a time and holds it there. */
  set(to: Date | string): Promise<ClockState>;
  /** Holds it at its current time. */
  hold(): Promise<ClockState>;
  /** Lets a held clock run again. */
  resume(): Promise<ClockState>;
}

export interface SandboxFaults {
  /** Injects faults, such as `api:503x2`; `revento sandbox fault --help` lists them. */
  add(...faults: readonly string[]): Promise<readonly FaultState[]>;
  /** Removes every fault. */
  clear(): Promise<void>;
  /** The active faults and how often each has fired. */
  list(): Promise<readonly FaultState[]>;
}
