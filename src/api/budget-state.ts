const windowMs = 60_000;

/** A request that never ended belongs to a process that has died: no attempt lasts longer than this. */
const longestRequestMs = 31_000;

/** A time further in the future than this was written before the clock was set back. */
const clockSlackMs = windowMs + longestRequestMs;

/** Requests a token may make. Source: guide, rate limits. */
export interface Quota {
  readonly perHour: number;
  readonly perMinute: number;
  readonly inFlight: number;
}

/** How long until a request may be tried, and why; `ms` is 0 when it may go now. */
export interface Wait {
  readonly ms: number;
  readonly reason: WaitReason;
  /** False when the time only says when to check again: a request in flight may end earlier or later. */
  readonly isCertain: boolean;
}

interface Claim {
  readonly startMs: number;
  endMs: number | null;
}

interface Hour {
  readonly token: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
  /** When the answer that said so arrived. */
  readonly atMs: number;
}

const free: Wait = { ms: 0, reason: 'minute', isCertain: true };

export class BudgetState {
  readonly #quota: Quota;
  /** In the order of their lines, which is the same for every process and decides which claim is first. */
  readonly #claims = new Map<string, Claim>();
  #hour: Hour | null = null;
  #told: { readonly token: string; readonly atMs: number; readonly untilMs: number } | null = null;
  #isUnlimited = false;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /** The server named no limit in its last answer: nothing is counted. */
  get isUnlimited(): boolean {
    return this.#isUnlimited;
  }

  /** Reads lines; skips those that are torn or from another version. */
  apply(lines: readonly string[]): void {
    for (const line of lines) {
      const [sign, ...words] = line.split(' ');
      const [first = '', second = ''] = words;
      if (sign === '+') this.#claims.set(first, { startMs: Number(second), endMs: null });
      else if (sign === 'x') this.#claims.delete(first);
      else if (sign === 'b') this.#told = { token: first, atMs: Number(second), untilMs: Number(words[2]) };
      else if (sign === '-') this.#end(first, Number(second), words.slice(2));
    }
  }

  /** Requests in flight. */
  inFlight(now: number): number {
    let count = 0;
    for (const claim of this.#claims.values()) if (isOpen(claim, now)) count++;
    return count;
  }

  /**
   * When one more request may go.
   *
   * @param id     a claim already made: then only the claims before it count, so of many at once the first ones win
   * @param atOnce a lower limit of requests in flight than the quota's, where the server refused that many
   */
  wait(now: number, token: string, id?: string, atOnce = this.#quota.inFlight): Wait {
    const told = this.#told;
    if (told?.token === token && told.untilMs > now && told.atMs < now + clockSlackMs) {
      return { ms: told.untilMs - now, reason: 'told', isCertain: true };
    }
    if (this.#isUnlimited) return free;
    this.#prune(now);
    const before = this.#before(id);
    const open = before.filter((claim) => isOpen(claim, now));
    const hour = this.#hourWait(now, token, before);
    if (hour.ms > 0) return hour;
    const excess = before.length - this.#perMinute();
    if (excess >= 0) return minuteWait(before, excess, now);
    return open.length < atOnce ? free : { ms: 30, reason: 'in_flight', isCertain: false };
  }

  #end(id: string, endMs: number, said: readonly string[]): void {
    const claim = this.#claims.get(id);
    if (claim !== undefined) claim.endMs = endMs;
    if (said[0] === 'u') this.#isUnlimited = true;
    if (said.length !== 4) return;
    this.#isUnlimited = false;
    const [token = '', limit, remaining, resetMs] = said;
    const before = this.#hour;
    // Concurrent answers may arrive in any order; the smaller remainder is the later one.
    const isOverlapping = before?.token === token && claim !== undefined && claim.startMs < before.atMs;
    const least = isOverlapping ? Math.min(before.remaining, Number(remaining)) : Number(remaining);
    this.#hour = { token, limit: Number(limit), remaining: least, resetMs: Number(resetMs), atMs: endMs };
  }

  /** The limit a minute; a server that allows more an hour than the guide says allows more a minute. Assumed. */
  #perMinute(): number {
    const { perHour, perMinute } = this.#quota;
    const limit = this.#hour?.limit ?? perHour;
    return limit > perHour ? Math.floor((perMinute * limit) / perHour) : perMinute;
  }

  #hourWait(now: number, token: string, before: readonly Claim[]): Wait {
    const hour = this.#hour;
    if (hour === null || hour.token !== token || hour.atMs > now + clockSlackMs) return free;
    const since = before.filter((claim) => claim.endMs === null || claim.startMs > hour.atMs).length;
    if (hour.remaining > since) return free;
    if (now < hour.resetMs) return { ms: hour.resetMs - now, reason: 'hour', isCertain: true };
    // The guide says both that the full limit is restored after the reset and that the hour is a rolling one, which may
    // free a single request. So it is unknown how much was restored: one request at a time finds out.
    const isAsking = before.some((claim) => isOpen(claim, now));
    return isAsking ? { ms: 100, reason: 'hour', isCertain: false } : free;
  }

  #before(id: string | undefined): Claim[] {
    const before: Claim[] = [];
    for (const [other, claim] of this.#claims) {
      if (other === id) break;
      before.push(claim);
    }
    return before;
  }

  #prune(now: number): void {
    for (const [id, claim] of this.#claims) {
      const isAhead = claim.startMs > now + clockSlackMs;
      if (isAhead || !(leavesAt(claim) > now)) this.#claims.delete(id);
    }
  }
}

function isOpen(claim: Claim, now: number): boolean {
  return claim.endMs === null && claim.startMs + longestRequestMs > now;
}

/**
 * When a request no longer counts. The server dates it somewhere between its start and its end, so counting from the
 * end is never too early.
 */
function leavesAt(claim: Claim): number {
  return (claim.endMs ?? claim.startMs + longestRequestMs) + windowMs;
}

/** Until enough claims have left for one more to fit. */
function minuteWait(claims: readonly Claim[], excess: number, now: number): Wait {
  const ended = claims.filter((claim) => claim.endMs !== null).map(leavesAt);
  const at = ended.sort((a, b) => a - b)[excess];
  return at === undefined
    ? { ms: 1_000, reason: 'minute', isCertain: false }
    : { ms: Math.max(1, at - now), reason: 'minute', isCertain: true };
}

/** What a request is waiting for. */
export type WaitReason = 'in_flight' | 'minute' | 'hour' | 'told';

/** The same in words, to begin a sentence with. */
export const whyWaiting: Readonly<Record<WaitReason, string>> = {
  in_flight: 'other requests of this login are still running',
  minute: 'rate limit reached (requests per minute)',
  hour: 'rate limit reached (requests per hour)',
  told: 'the server asked to wait',
};
