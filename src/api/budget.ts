import { randomBytes } from 'node:crypto';
import { ReventoError } from '../errors/revento-error.ts';
import { dateOf, headerOf, retryAfterMs } from '../http/headers.ts';
import { isSuccess } from '../http/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpResponse } from '../ports/exchange.ts';
import type { SharedLog } from '../ports/store.ts';
import { formatDuration } from '../text/time.ts';
import { BudgetState, type Quota, type Wait, type WaitReason, whyWaiting } from './budget-state.ts';
import { readError } from './failure.ts';

/**
 * Requests a token may make. Source: guide, rate limits. One place is left free: a server may count a request as in
 * flight a moment longer than its reader does.
 */
export const quotas = {
  installation: { perHour: 500, perMinute: 30, inFlight: 4 },
  user: { perHour: 200, perMinute: 20, inFlight: 4 },
} as const satisfies Record<string, Quota>;

const longestHourMs = 3_600_000;
/** Spreads out the processes that wait for the same moment. */
const spreadMs = 250;

/** Permission to send one request; given back by exactly one of its methods. */
export interface Place {
  /** The request was answered: learns from its headers. */
  answered(answer: HttpResponse): void;
  /** It ended without an answer. */
  failed(): void;
}

interface EnterOptions {
  /** Fingerprint of the access token: a server reports the hour's limit for each token. */
  readonly token: string;
  /** Longest wait. */
  readonly maxWaitMs: number;
  readonly signal: AbortSignal;
  /** Called while waiting, once a second or so. */
  readonly onWait?: ((leftMs: number, reason: WaitReason) => void) | undefined;
}

interface BudgetOptions {
  readonly quota: Quota;
  readonly log: SharedLog;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/**
 * Keeps a login's requests, whichever processes send them, under the rate limits before the server has to refuse one:
 * requests in flight, requests in any 60 s, and the hour as the `X-RateLimit-*` headers report it.
 *
 * A server that answers without these headers has no limit, and nothing is counted from then on.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #state: BudgetState;
  readonly #prefix = randomBytes(6).toString('base64url');
  #count = 0;
  /** Refusals in a row. */
  #refusals = 0;
  /** How many requests may be in flight, after the server refused a higher number. */
  #atOnce: number;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#state = new BudgetState(options.quota);
    this.#atOnce = options.quota.inFlight;
  }

  /**
   * Waits until a request is allowed.
   *
   * @throws ReventoError `rate_limited` as soon as it is clear that the wait would be longer than `maxWaitMs`
   */
  async enter({ token, maxWaitMs, signal, onWait }: EnterOptions): Promise<Place> {
    const { clock, log } = this.#options;
    const startedMs = clock.monotonic();
    if (!this.#state.isUnlimited) this.#state.apply(log.exchange(null));
    for (;;) {
      const now = clock.now();
      let wait = this.#state.wait(now, token, undefined, this.#atOnce);
      if (wait.ms === 0) {
        if (this.#state.isUnlimited) return this.#uncounted(token);
        const id = `${this.#prefix}${this.#count++}`;
        this.#state.apply(log.exchange(`+ ${id} ${now}`));
        wait = this.#state.wait(now, token, id, this.#atOnce);
        if (wait.ms === 0) return this.#counted(id, token);
        this.#state.apply(log.exchange(`x ${id}`));
      }
      const leftMs = maxWaitMs - (clock.monotonic() - startedMs);
      if ((wait.isCertain ? wait.ms : 0) > leftMs || leftMs <= 0) throw tooLong(wait);
      onWait?.(wait.ms, wait.reason);
      await clock.sleep(this.#nap(wait), signal);
      this.#state.apply(log.exchange(null));
    }
  }

  /** During a long wait, check every second: another process may have learned something. */
  #nap({ ms, isCertain }: Wait): number {
    const spread = this.#options.random() * (isCertain ? spreadMs : ms);
    return ms > 1_000 ? 1_000 : Math.ceil(ms + spread);
  }

  #counted(id: string, token: string): Place {
    const end = (said: string) => this.#write(`- ${id} ${this.#options.clock.now()}${said}`);
    return {
      failed: () => end(''),
      answered: (answer) => {
        end(this.#learn(answer, token));
        this.#judge(answer, token);
      },
    };
  }

  #uncounted(token: string): Place {
    return {
      failed: () => undefined,
      answered: (answer) => {
        const said = this.#learn(answer, token);
        if (said !== '' && said !== ' u') this.#write(`- - ${this.#options.clock.now()}${said}`);
        this.#judge(answer, token);
      },
    };
  }

  /** What an answer says about the limits, as the end of a line. */
  #learn(answer: HttpResponse, token: string): string {
    const limit = wholeNumber(headerOf(answer, 'x-ratelimit-limit'));
    const remaining = wholeNumber(headerOf(answer, 'x-ratelimit-remaining'));
    const reset = wholeNumber(headerOf(answer, 'x-ratelimit-reset'));
    if (limit === null || remaining === null || reset === null) {
      // Not learned from an error, which may come from a proxy that knows nothing of the limits.
      return isSuccess(answer.status) ? ' u' : '';
    }
    const now = this.#options.clock.now();
    // The server's clock may differ from ours, so its times are taken relative to its own present.
    const inMs = reset * 1_000 - (dateOf(answer) ?? now) + 1_000;
    return ` ${token} ${limit} ${remaining} ${now + Math.min(Math.max(inMs, 0), longestHourMs)}`;
  }

  /** After a refusal, no process retries before the time it names; each further refusal in a row delays it more. */
  #judge(answer: HttpResponse, token: string): void {
    const { clock, random, quota } = this.#options;
    if (answer.status !== 429) {
      this.#refusals = 0;
      return;
    }
    const now = clock.now();
    const leastMs = Math.min(60_000, 1_000 * 2 ** this.#refusals++);
    if (readError(answer).code === 'concurrent_limit_exceeded') {
      const others = this.#state.inFlight(now);
      this.#atOnce = Math.max(1, Math.min(others, quota.inFlight));
      // While one of our requests is running, retry when it ends; otherwise the wait is random.
      if (others > 0) return;
      this.#write(`b ${token} ${now} ${Math.ceil(now + leastMs * (0.5 + random()))}`);
      return;
    }
    const askedMs = retryAfterMs(answer, now) ?? 0;
    this.#write(`b ${token} ${now} ${now + Math.max(askedMs, leastMs)}`);
  }

  #write(line: string): void {
    this.#state.apply(this.#options.log.exchange(line));
  }
}

function tooLong({ ms, reason }: Wait): ReventoError {
  const seconds = Math.ceil(ms / 1_000);
  const why = whyWaiting[reason].replace(/^./, (first) => first.toUpperCase());
  return new ReventoError(
    'rate_limited',
    `${why}; not sent. Next request allowed in ${formatDuration(seconds * 1_000)}.`,
    {
      retryAfterSeconds: seconds,
    },
  );
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
