import type { LoginKind } from '../../login/login.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HeaderList } from '../../ports/exchange.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The rate limits of a token. Source: guide, rate limits. */
const quotas: Record<LoginKind, { readonly perHour: number; readonly perMinute: number; readonly inFlight: number }> = {
  installation: { perHour: 500, perMinute: 30, inFlight: 5 },
  user: { perHour: 200, perMinute: 20, inFlight: 5 },
};

/** An admitted request, which `leave` ends; or why it was rejected. */
type Admission =
  | { readonly headers: HeaderList; leave(): void }
  | {
      readonly headers: HeaderList;
      readonly refusal: 'rate_limit_exceeded' | 'concurrent_limit_exceeded';
      readonly message: string;
    };

/** The used part of each limit. */
interface Budget {
  readonly token: string;
  readonly kind: LoginKind;
  readonly minute: Used;
  readonly hour: Used;
  readonly inFlight: Used;
}

interface Used {
  readonly used: number;
  readonly limit: number;
}

interface Usage {
  readonly kind: LoginKind;
  /** When the requests of the last hour were admitted, oldest first. */
  readonly times: number[];
  inFlight: number;
}

/** Counts requests per access token: in a rolling hour, in any 60 seconds, and in flight. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #toReal: (ms: number) => number;
  readonly #usage = new Map<string, Usage>();

  /** @param toReal  the moment in a client's time at which the clock shows `ms` */
  constructor(clock: Clock, toReal: (ms: number) => number = (ms) => ms) {
    this.#clock = clock;
    this.#toReal = toReal;
  }

  /** Admits or rejects a request; a rejected one is not counted. */
  enter(token: string, kind: LoginKind): Admission {
    const quota = quotas[kind];
    const now = this.#clock.now();
    const usage = this.#usageOf(token, kind, now);
    const { times } = usage;

    if (usage.inFlight >= quota.inFlight) {
      const message = `more than ${quota.inFlight} requests at once; wait for one of yours to finish`;
      return { refusal: 'concurrent_limit_exceeded', message, headers: this.#describe(quota.perHour, times, now) };
    }
    const hourWaitMs = waitOf(times, quota.perHour, hourMs, now);
    const minuteWaitMs = waitOf(times, quota.perMinute, minuteMs, now);
    const waitMs = Math.max(hourWaitMs, minuteWaitMs);
    if (waitMs > 0) {
      const limit = hourWaitMs > 0 ? `${quota.perHour} requests an hour` : `${quota.perMinute} requests in 60 seconds`;
      const retryAfter = ['Retry-After', `${Math.ceil(waitMs / 1000)}`] as const;
      const headers = [...this.#describe(quota.perHour, times, now), retryAfter];
      return { refusal: 'rate_limit_exceeded', message: `more than ${limit}`, headers };
    }
    times.push(now);
    usage.inFlight++;
    let isInside = true;
    return {
      headers: this.#describe(quota.perHour, times, now),
      leave: () => {
        if (isInside) usage.inFlight--;
        isInside = false;
      },
    };
  }

  /** The used limits of each token in the last hour, most recently used first. */
  budgets(): readonly Budget[] {
    const now = this.#clock.now();
    const since = (times: readonly number[], windowMs: number) => times.filter((time) => time > now - windowMs).length;
    return [...this.#usage]
      .filter(([, { times, inFlight }]) => inFlight > 0 || (times.at(-1) ?? 0) > now - hourMs)
      .sort(([, a], [, b]) => (b.times.at(-1) ?? 0) - (a.times.at(-1) ?? 0))
      .map(([token, { kind, times, inFlight }]) => {
        const quota = quotas[kind];
        return {
          token,
          kind,
          minute: { used: since(times, minuteMs), limit: quota.perMinute },
          hour: { used: since(times, hourMs), limit: quota.perHour },
          inFlight: { used: inFlight, limit: quota.inFlight },
        };
      });
  }

  /** Resets all counts. */
  reset(): void {
    this.#usage.clear();
  }

  /** The headers describe the hour only. Assumed: `Reset` is when the oldest request leaves the window. */
  #describe(limit: number, times: readonly number[], now: number): HeaderList {
    const resetAt = this.#toReal((times[0] ?? now) + hourMs);
    return [
      ['X-RateLimit-Limit', `${limit}`],
      ['X-RateLimit-Remaining', `${Math.max(0, limit - times.length)}`],
      ['X-RateLimit-Reset', `${Math.ceil(resetAt / 1000)}`],
    ];
  }

  #usageOf(token: string, kind: LoginKind, now: number): Usage {
    const found = this.#usage.get(token) ?? { kind, times: [], inFlight: 0 };
    this.#usage.set(token, found);
    const fresh = found.times.findIndex((time) => time > now - hourMs);
    found.times.splice(0, fresh === -1 ? found.times.length : fresh);
    return found;
  }
}

/** How long until one more request fits into the window; 0 when it fits now. */
function waitOf(times: readonly number[], limit: number, windowMs: number, now: number): number {
  const blocking = times[times.length - limit];
  return blocking === undefined ? 0 : Math.max(0, blocking + windowMs - now);
}
