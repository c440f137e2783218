import { parseDuration } from '../duration.ts';
import { ReventoError } from '../errors.ts';

/** Which requests a fault strikes, narrowest last. `token` is `code` and `refresh` together. */
export const faultTargets = {
  authorize: 'the consent page and its answer',
  token: 'the token endpoint, both grant types',
  code: 'the code exchange only',
  refresh: 'the refresh only',
  api: 'every request of the read API',
  webhook: 'every delivery the sandbox sends',
} as const;
export type FaultTarget = keyof typeof faultTargets;

/** What a fault does, for help and for refusing the rest. A status code is an effect as well. */
export const effects = {
  slow: { value: 'duration', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  drop: { value: 'none', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  lose: { value: 'none', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  cut: { value: 'bytes', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  html: { value: 'none', targets: ['token', 'code', 'refresh', 'api'] },
  minimal: { value: 'none', targets: ['token', 'code', 'refresh'] },
  expired: { value: 'none', targets: ['api'] },
  revoked: { value: 'none', targets: ['api', 'refresh'] },
  denied: { value: 'none', targets: ['authorize'] },
  signature: { value: 'none', targets: ['webhook'] },
  stale: { value: 'none', targets: ['webhook'] },
} as const satisfies Record<string, { value: 'none' | 'duration' | 'bytes'; targets: readonly FaultTarget[] }>;
type NamedEffect = keyof typeof effects;

/** The table `revento sandbox start --help` prints. */
export const faultHelp = `Faults are TARGET:EFFECT[=VALUE][xCOUNT][@AFTER]: the effect strikes COUNT requests (all, unless said) once AFTER of them have passed unharmed (none, unless said). Give as many as you like.

  TARGET       authorize, token (that is code and refresh), code, refresh,
               api, webhook
  EFFECT
    400…599    answers with this status and does nothing else;
               429=SECONDS and 503=SECONDS send Retry-After
    slow=3s    does the work, then answers that much later
    drop       does the work, then closes the connection without an answer:
               a rotated token is lost
    lose       closes the connection and does nothing
    cut=BYTES  sends the head and that many body bytes (half of them without
               =BYTES), then closes
    html       answers 200 with a page where JSON is expected
    minimal    (token, code, refresh) leaves out what the guide is not sure of
    expired    (api) the access token expires now: 401 token_expired
    revoked    (api) the login is revoked now: 401 token_revoked
               (refresh) the same: 400 invalid_grant
    denied     (authorize) the organizer says no
    signature  (webhook) a wrong signature
    stale      (webhook) a timestamp of an hour ago

  token:503=2x2       the first two token requests fail, the third works
  refresh:drop        a refresh whose answer never arrives
  api:429x1@3         the fourth API request is told to wait
  api:expiredx1       the first API request makes the client refresh`;

/** One fault as given. */
export interface Fault {
  readonly target: FaultTarget;
  readonly effect: { readonly status: number; readonly retryAfterSeconds: number | null } | NamedEffect;
  readonly delayMs: number;
  /** For `cut`; null is half of the body. */
  readonly bytes: number | null;
  /** Infinity: every time. */
  readonly count: number;
  readonly after: number;
}

const grammar = /^([a-z]+):([a-z]+|\d+)(?:=([^x@]+))?(?:x(\d{1,6}))?(?:@(\d{1,6}))?$/;

/**
 * Reads one `--fault`.
 *
 * @throws ReventoError `usage`, naming what would be valid
 */
export function parseFault(text: string): Fault {
  const [, target, effect, value, count, after] = grammar.exec(text) ?? [];
  if (target === undefined || effect === undefined) throw bad(text, 'it is not TARGET:EFFECT[=VALUE][xCOUNT][@AFTER]');
  if (!isTarget(target)) throw bad(text, `targets are ${Object.keys(faultTargets).join(', ')}`);
  if (count === '0') throw bad(text, 'a count of 0 strikes nothing');
  const times = { count: count === undefined ? Number.POSITIVE_INFINITY : Number(count), after: Number(after ?? 0) };
  const base = { target, delayMs: 0, bytes: null, ...times };
  if (/^\d+$/.test(effect)) return { ...base, effect: parseStatus(text, target, effect, value) };
  const valid = Object.entries(effects).filter(([, row]) => (row.targets as readonly string[]).includes(target));
  const row = valid.find(([name]) => name === effect)?.[1];
  if (row === undefined || !isEffect(effect)) {
    const names = valid.map(([name]) => name);
    if (target !== 'webhook') names.unshift('a status from 400 to 599');
    throw bad(text, `effects of ${target} are ${names.join(', ')}`);
  }
  if (row.value === 'duration') {
    if (value === undefined) throw bad(text, `write the time, as in ${target}:${effect}=3s`);
    return { ...base, effect, delayMs: parseDuration(value) };
  }
  if (row.value === 'bytes' && value !== undefined) {
    if (!/^\d{1,9}$/.test(value)) throw bad(text, `write a number of bytes, as in ${target}:${effect}=20`);
    return { ...base, effect, bytes: Number(value) };
  }
  if (value !== undefined) throw bad(text, `${effect} takes no value`);
  return { ...base, effect };
}

function parseStatus(text: string, target: FaultTarget, digits: string, value: string | undefined) {
  const status = Number(digits);
  if (target === 'webhook' || status < 400 || status > 599) {
    throw bad(text, target === 'webhook' ? 'the status is your handler’s' : 'a status is from 400 to 599');
  }
  if (value !== undefined && !((status === 429 || status === 503) && /^\d{1,5}$/.test(value))) {
    throw bad(text, 'only 429 and 503 take a value, the seconds of Retry-After');
  }
  const retryAfterSeconds = value === undefined ? (status === 429 ? 1 : null) : Number(value);
  return { status, retryAfterSeconds };
}

function bad(text: string, why: string): ReventoError {
  return new ReventoError('usage', `--fault ${JSON.stringify(text)} is not a fault: ${why}.`, {
    hint: 'run: revento sandbox start --help',
  });
}

function isTarget(text: string): text is FaultTarget {
  return Object.hasOwn(faultTargets, text);
}

function isEffect(text: string): text is NamedEffect {
  return Object.hasOwn(effects, text);
}

/** What strikes one request: a delay from every fault that has one, and the first effect of another sort. */
export interface Strike {
  readonly delayMs: number;
  readonly effect: Fault['effect'] | null;
  readonly bytes: number | null;
}

/** Counts down the faults of one sandbox. */
export class FaultPlan {
  readonly #faults: readonly Fault[];
  #seen: number[];

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
    this.#seen = faults.map(() => 0);
  }

  /** What strikes the next request of these targets. Counts it. */
  next(...targets: readonly FaultTarget[]): Strike {
    let delayMs = 0;
    let striking: Fault | null = null;
    for (const [index, fault] of this.#faults.entries()) {
      if (!targets.includes(fault.target)) continue;
      const seen = this.#seen[index] ?? 0;
      this.#seen[index] = seen + 1;
      if (seen < fault.after || seen >= fault.after + fault.count) continue;
      if (fault.effect === 'slow') delayMs += fault.delayMs;
      else striking ??= fault;
    }
    return { delayMs, effect: striking?.effect ?? null, bytes: striking?.bytes ?? null };
  }

  /** Every fault counts from the start again. */
  reset(): void {
    this.#seen = this.#faults.map(() => 0);
  }
}
