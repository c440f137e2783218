import type { ConfirmHost } from '../../config/host-change.ts';
import type { Settings } from '../../config/types.ts';
import { loginCommand } from '../../errors/next-command.ts';
import { type FailureCode, ReventoError } from '../../errors/revento-error.ts';
import type { AccessToken, LoginKey } from '../../login/login.ts';
import type { Clock } from '../../ports/clock.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { Exchange } from '../../ports/exchange.ts';
import type { SealedFile, SealedRecord, Vault } from '../../ports/store.ts';
import { fingerprint, type Redactor, type Secret } from '../../text/secret.ts';
import { checkBinding } from './binding.ts';
import { isAlive, isEnough, type TokenNeed } from './freshness.ts';
import { type ActiveLogin, type StoredLogin, toStoredLogin } from './login-record.ts';
import { reauthRequired, spendRefreshToken, whose } from './refresh.ts';

export interface SessionOptions {
  readonly profile: string;
  readonly settings: Pick<Settings, 'get' | 'require'>;
  readonly vault: Vault;
  /** Called when a refresh token is about to be sent, and never before. */
  readonly exchange: () => Promise<Exchange>;
  /** The client secret for the auth base that is given. */
  readonly clientSecret: (authBase: string) => Promise<Secret | null>;
  /** Asks whether tokens may go to another API than the one they are bound to. */
  readonly confirmHost: ConfirmHost;
  /** REVENTO_ACCESS_TOKEN, or null: then it is the token, and the store is left alone. */
  readonly accessToken: Secret | null;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Removes the log by which the processes of a login pace their requests, by the login's file name. */
  readonly dropLog: (name: string) => Promise<void>;
  /** Ends the wait for a lock. */
  readonly signal?: AbortSignal;
  /** Runs work during which SIGINT, SIGTERM and SIGHUP are only remembered; they take effect when it is done. */
  readonly uninterrupted: <T>(work: () => Promise<T>) => Promise<T>;
  readonly notice: (text: string) => void;
}

/** After these a token that is still valid is used: the failure concerns the next one. */
const passing: ReadonlySet<FailureCode> = new Set([
  'lock_timeout',
  'disk_full',
  'file',
  'network',
  'tls',
  'host_placeholder',
  'server_error',
  'rate_limited',
  'refresh_ambiguous',
  'bad_answer',
]);

/** Attempts when the lock or the login disappeared meanwhile. */
const maxRounds = 5;

/** Returns access tokens of one login, and ensures that only one process refreshes it at a time. */
export class Renewal {
  readonly #key: LoginKey;
  readonly #file: SealedFile;
  readonly #options: SessionOptions;
  #underWay: Promise<ActiveLogin> | null = null;
  /** The login as last read. A list of a thousand pages needs it a thousand times, and decrypting is slow. */
  #lastRead: { readonly stamp: string; readonly login: ActiveLogin } | null = null;

  constructor(key: LoginKey, file: SealedFile, options: SessionOptions) {
    this.#key = key;
    this.#file = file;
    this.#options = options;
  }

  /**
   * An access token that fits the need. Without a lock and without a write as long as the stored one does.
   *
   * @throws ReventoError `not_logged_in`, `reauth_required`, `login_mismatch`, the failures of the store, of the
   *   lock and of the refresh
   */
  async token(need: TokenNeed): Promise<AccessToken> {
    const { clock } = this.#options;
    const arrivedAtMs = clock.now();
    const seen = await this.#look();
    if (isEnough(seen, need, arrivedAtMs)) return this.#handOut(seen);
    try {
      return this.#handOut(await this.#renewed(seen, need, arrivedAtMs));
    } catch (error) {
      const isPassing = error instanceof ReventoError && passing.has(error.code);
      const isPromised = need.isForced || need.minTtlMs !== null;
      if (isPassing && !isPromised && isAlive(seen, need, clock.now())) return this.#handOut(seen);
      throw error;
    }
  }

  /** The stored login; decrypted again only when the file was written since. */
  async #look(): Promise<ActiveLogin> {
    const stamp = this.#file.stamp();
    if (stamp !== null && stamp === this.#lastRead?.stamp) return this.#lastRead.login;
    const login = this.#active(await this.#file.read());
    // The stamp is older than what was read: a write in between costs one more reading, and is never missed.
    this.#lastRead = stamp === null ? null : { stamp, login };
    return login;
  }

  /** Joins the refresh in progress in this process, or starts one. */
  async #renewed(seen: ActiveLogin, need: TokenNeed, arrivedAtMs: number): Promise<ActiveLogin> {
    const joined = this.#underWay;
    if (joined !== null) {
      const login = await joined;
      if (isNewer(login, seen) && isAlive(login, need, this.#options.clock.now())) return login;
    }
    this.#underWay ??= this.#renew(seen, need, arrivedAtMs).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #renew(seen: ActiveLogin, need: TokenNeed, arrivedAtMs: number): Promise<ActiveLogin> {
    for (let round = 1; round <= maxRounds; round++) {
      const login = await this.#tryRenew(seen, need, arrivedAtMs);
      if (login !== 'superseded') return login;
    }
    throw new ReventoError(
      'lock_timeout',
      `The login for event ${this.#key.eventId} keeps changing under another revento.`,
    );
  }

  async #tryRenew(seen: ActiveLogin, need: TokenNeed, arrivedAtMs: number): Promise<ActiveLogin | 'superseded'> {
    const { clock, redactor, notice, signal, exchange, clientSecret, uninterrupted } = this.#options;
    const lock = await this.#file.lock({ signal });
    try {
      const record = await this.#file.settle();
      const login = this.#active(record);
      const nowMs = clock.now();
      // A token that another process refreshed while we waited is as fresh as possible.
      if (isNewer(login, seen) && isAlive(login, need, nowMs)) return login;
      if (isEnough(login, need, nowMs)) return login;
      if (login.failed !== null && login.failed.at >= arrivedAtMs && login.failed.at <= nowMs) {
        throw new ReventoError(login.failed.code, login.failed.message, login.failed.facts);
      }
      const ready = this.#spendable(login, need, nowMs);
      if (this.#file.wasSpent(record as SealedRecord, ready.refreshToken.reveal())) throw alreadySpent(this.#key);
      const spender = {
        exchange: await exchange(),
        clientSecret: await clientSecret((record as SealedRecord).binding.authBase),
        clock,
        redactor,
        notice,
        loginCommand: loginCommand(this.#options.profile, this.#key),
        ambiguousHint: isAlive(login, need, nowMs) ? this.#keepUsing() : undefined,
      };
      this.#file.reserve();
      return await uninterrupted(async () => {
        try {
          return await spendRefreshToken(this.#file, lock, record as SealedRecord, ready, spender);
        } finally {
          if (lock.isHeld()) this.#file.unreserve();
          lock.release();
          crashPoint('released');
        }
      });
    } finally {
      lock.release();
    }
  }

  /** The login, if its refresh token may be sent now. */
  #spendable(login: ActiveLogin, need: TokenNeed, nowMs: number): ActiveLogin & { readonly refreshToken: Secret } {
    const { refreshToken, pending } = login;
    const { eventId } = this.#key;
    if (refreshToken === null) {
      throw new ReventoError(
        'reauth_required',
        isAlive(login, need, nowMs)
          ? `The access token for event ${eventId} cannot be renewed: it came without a refresh token.`
          : `The access token for event ${eventId} has expired, and it came without a refresh token.`,
        whose(this.#key),
      );
    }
    const mayBeSpent = pending !== null && pending.refreshToken === fingerprint(refreshToken.reveal());
    if (mayBeSpent && isAlive(login, need, nowMs)) {
      // Sending a spent token again ends the whole login, including the access token that still works.
      const until = login.accessExpiresAt === null ? '' : ` before ${new Date(login.accessExpiresAt).toISOString()}`;
      const message = `An earlier refresh for event ${eventId} had no usable answer; it is not sent again${until}, while the present token lasts.`;
      throw new ReventoError('refresh_ambiguous', message, {
        ...whose(this.#key),
        requestId: pending.requestId,
        hint: this.#keepUsing(),
      });
    }
    return { ...login, refreshToken };
  }

  /** The remedy while a refresh is not sent again. */
  #keepUsing(): string {
    return `use the present token while it lasts (ask for less with --min-ttl), or log in again: ${loginCommand(this.#options.profile, this.#key)}`;
  }

  #active(record: SealedRecord | null): ActiveLogin {
    const { redactor, settings, profile } = this.#options;
    const { eventId } = this.#key;
    if (record === null) {
      throw new ReventoError(
        'not_logged_in',
        `Profile "${profile}" has no login for event ${eventId}.`,
        whose(this.#key),
      );
    }
    checkBinding(record.binding, this.#key, settings);
    const login: StoredLogin = toStoredLogin(record, this.#key, redactor);
    if (login.state === 'reauth') throw reauthRequired(login);
    return login;
  }

  #handOut(login: ActiveLogin): AccessToken {
    return { token: login.accessToken, expiresAt: login.accessExpiresAt, key: this.#key };
  }
}

/** A restored or copied file: sending its token again would revoke the login that replaced it. */
function alreadySpent(key: LoginKey): ReventoError {
  return new ReventoError(
    'reauth_required',
    `The stored login for event ${key.eventId} is an older copy: its refresh token was used already, so it was not sent again.`,
    whose(key),
  );
}

function isNewer(login: ActiveLogin, seen: ActiveLogin): boolean {
  return login.accessToken.reveal() !== seen.accessToken.reveal();
}
