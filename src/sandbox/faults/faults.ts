import { ReventoError } from '../../errors/revento-error.ts';
import { parseDuration } from '../../text/time.ts';

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
  slow: { value: 'duration', targets: ['authorize', 'token', 'code', 'refresh', 'api', 'webhook'] },
  drop: { value: 'none', targets: ['authorize', 'token', 'code', 'refresh', 'api', 'webhook'] },
  lose: { value: 'none', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  cut: { value: 'bytes', targets: ['authorize', 'token', 'code', 'refresh', 'api'] },
  html: { value: 'none', targets: ['token', 'code', 'refresh', 'api'] },
  extra: { value: 'none', targets: ['token', 'code', 'refresh', 'api'] },
  minimal: { value: 'none', targets: ['token', 'code', 'refresh'] },
  expired: { value: 'none', targets: ['api'] },
  revoked: { value: 'none', targets: ['api', 'refresh'] },
  empty: { value: 'none', targets: ['api'] },
  denied: { value: 'none', targets: ['authorize'] },
  signature: { value: 'none', targets: ['webhook'] },
  stale: { value: 'none', targets: ['webhook'] },
  future: { value: 'none', targets: ['webhook'] },
  twice: { value: 'none', targets: ['webhook'] },
} as const satisfies Record<string, { value: 'none' | 'duration' | 'bytes'; targets: readonly FaultTarget[] }>;
type NamedEffect = keyof typeof effects;

/** Errors of the contract that can be ordered by their code, with the status they come with. 302 is a redirect. */
export const refusals = {
  invalid_token: { status: 401, targets: ['api'] },
  event_not_authorized: { status: 403, targets: ['api'] },
  user_token_required: { status: 403, targets: ['api'] },
  installation_token_required: { status: 403, targets: ['api'] },
  insufficient_scope: { status: 403, targets: ['api'] },
  not_found: { status: 404, targets: ['api'] },
  validation_error: { status: 400, targets: ['api'] },
  concurrent_limit_exceeded: { status: 429, targets: ['api'] },
  invalid_grant: { status: 400, targets: ['token', 'code', 'refresh'] },
  invalid_client: { status: 401, targets: ['token', 'code', 'refresh'] },
  invalid_scope: { status: 302, targets: ['authorize'] },
  server_error: { status: 302, targets: ['authorize'] },
  temporarily_unavailable: { status: 302, targets: ['authorize'] },
} as const satisfies Record<string, { status: number; targets: readonly FaultTarget[] }>;

/** An answer that says no and does nothing else. */
export interface Refused {
  readonly status: number;
  /** Null when only the status was asked for. */
  readonly code: string | null;
  readonly retryAfterSeconds: number | null;
}

/** One fault as given. */
export interface Fault {
  /** As it was written. */
  readonly text: string;
  readonly target: FaultTarget;
  readonly effect: Refused | NamedEffect;
  readonly delayMs: number;
  /** For `cut`; null is half of the body. */
  readonly bytes: number | null;
  /** Infinity: every time. */
  readonly count: number;
  readonly after: number;
}

const grammar = /^([a-z]+):([a-z_]+|\d+)(?:=([^x@]+))?(?:x(\d{1,6}))?(?:@(\d{1,6}))?$/;

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
  const base = { text, target, delayMs: 0, bytes: null, ...times };
  if (/^\d+$/.test(effect)) return { ...base, effect: parseStatus(text, target, effect, value) };
  const refused = Object.entries(refusals).find(([name, row]) => name === effect && isOf(target, row));
  if (refused !== undefined && value === undefined) {
    const [code, { status }] = refused;
    return { ...base, effect: { status, code, retryAfterSeconds: null } };
  }
  const valid = Object.entries(effects).filter(([, row]) => isOf(target, row));
  const row = valid.find(([name]) => name === effect)?.[1];
  if (row === undefined || !isEffect(effect)) {
    const codes = Object.entries(refusals).filter(([, codeRow]) => isOf(target, codeRow));
    const names = [...valid, ...codes].map(([name]) => name);
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
  return { status, code: null, retryAfterSeconds };
}

function bad(text: string, why: string): ReventoError {
  return new ReventoError('usage', `${JSON.stringify(text)} is not a fault: ${why}.`, {
    hint: 'run: revento sandbox fault --help',
  });
}

function isOf(target: FaultTarget, { targets }: { readonly targets: readonly FaultTarget[] }): boolean {
  return targets.includes(target);
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
  readonly #initial: readonly Fault[];
  #faults: readonly Fault[];
  #seen: number[];

  constructor(faults: readonly Fault[]) {
    this.#initial = faults;
    this.#faults = faults;
    this.#seen = faults.map(() => 0);
  }

  /** Orders more faults; they count from now on. */
  add(faults: readonly Fault[]): void {
    this.#faults = [...this.#faults, ...faults];
    this.#seen.push(...faults.map(() => 0));
  }

  /** Forgets every fault. */
  clear(): void {
    this.#faults = [];
    this.#seen = [];
  }

  /** What is ordered. `struck` counts the requests it was meant for; `left` is null for one without end. */
  list(): readonly { readonly fault: string; readonly struck: number; readonly left: number | null }[] {
    return this.#faults.map(({ text, after, count }, index) => {
      const struck = Math.min(Math.max(0, (this.#seen[index] ?? 0) - after), count);
      return { fault: text, struck, left: Number.isFinite(count) ? count - struck : null };
    });
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

  /** As at the start: what was ordered since is forgotten, and what was given then counts from the start again. */
  reset(): void {
    this.#faults = this.#initial;
    this.#seen = this.#faults.map(() => 0);
  }
}
