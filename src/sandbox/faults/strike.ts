import type { Clock } from '../../ports/clock.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { withUnknownFields, withUnknownWords } from './altered-answer.ts';
import type { Refused } from './fault.ts';
import type { Strike } from './fault-plan.ts';

/** What is needed to answer one request that may have a fault. */
interface StruckWork {
  readonly strike: Strike;
  readonly clock: Clock;
  /** Aborted when the caller closes the connection, which ends any wait. */
  readonly signal: AbortSignal | undefined;
  work(): HttpResponse;
  /** The answer when the fault is a status. */
  refuse(refused: Refused): HttpResponse;
}

/**
 * Does the work and applies the fault, in this order: refuse or drop, work, wait, alter the answer. The wait comes
 * after the work because that is the harmful case: the token is rotated and the client has given up.
 */
export async function underStrike({ strike, clock, signal, work, refuse }: StruckWork): Promise<HttpResponse> {
  const { effect } = strike;
  if (effect === 'lose') return dropped;
  const answer = effect !== null && typeof effect === 'object' ? refuse(effect) : work();
  if (strike.delayMs > 0 && !(await hasWaited(clock, strike.delayMs, signal))) return dropped;
  if (effect === 'drop') return { ...answer, cut: 'drop' };
  if (effect === 'cut') return { ...answer, cut: strike.bytes ?? Math.floor(answer.body.length / 2) };
  if (effect === 'html') return notJson;
  if (effect === 'extra') return withUnknownFields(answer);
  if (effect === 'words') return withUnknownWords(answer);
  return answer;
}

const dropped: HttpResponse = { status: 500, headers: [], body: new Uint8Array(), cut: 'drop' };
const notJson: HttpResponse = {
  status: 200,
  headers: [['Content-Type', 'text/html; charset=utf-8']],
  body: Buffer.from('<!doctype html><title>Welcome</title><p>A proxy answered instead of Revento.</p>\n', 'utf8'),
};

/** Waits; false when the caller closed the connection meanwhile. */
export async function hasWaited(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  }
}
