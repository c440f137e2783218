import { ReventoError } from '../../errors/revento-error.ts';
import { parseDuration } from '../../text/time.ts';
import { effects, type FaultTarget, faultTargets, type NamedEffect, refusals } from './effects.ts';

/** An error that is returned instead of doing the work. */
export interface Refused {
  readonly status: number;
  /** Null when only the status was given. */
  readonly code: string | null;
  readonly retryAfterSeconds: number | null;
}

/** One fault, as it was written and as what it means. */
export interface Fault {
  readonly text: string;
  readonly target: FaultTarget;
  readonly effect: Refused | NamedEffect;
  /** The duration after `=`. */
  readonly delayMs: number;
  /** For `cut`; null is half of the body. */
  readonly bytes: number | null;
  /** Requests it is applied to; Infinity for all. */
  readonly count: number;
  /** Requests that are skipped first. */
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
  if (count === '0') throw bad(text, 'a count of 0 has no effect');
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
