import { HttpFailure, type HttpFailureKind, isHttpFailure } from '../http/failure.ts';
import { retryAfterMs } from '../http/headers.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpResponse } from '../ports/exchange.ts';

/** Time limit of a call with all attempts and pauses, without waits for a rate limit. */
const deadlineMs = 60_000;
const tryTimeoutMs = 30_000;
const mostTries = 6;
/** Fewer attempts: a host that refuses or does not exist is usually a wrong setting. */
const mostTriesUnreached = 3;
const firstPauseMs = 400;
const longestPauseMs = 8_000;

/** How one attempt ended. */
export type Outcome = HttpResponse | HttpFailure;

/** The state after an attempt. */
interface Progress {
  readonly outcome: Outcome;
  /** Attempts made, including this one; refusals for a rate limit do not count. */
  readonly tries: number;
  /** Time spent on attempts and on the pauses between them. */
  readonly spentMs: number;
  /** The request may be carried out twice: GET and HEAD. */
  readonly isRepeatable: boolean;
  /** Wall clock, for a `Retry-After` date. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}

/**
 * How long to pause before the next attempt, or null to keep the outcome.
 *
 * Retried are answers of 500 and above except 501, and exchanges without a complete response; what is not
 * repeatable only when it is proven that nothing was sent. The pause is the server's `Retry-After` when that is
 * within the deadline, else full jitter that doubles.
 */
export function pauseBeforeRetry({ outcome, tries, spentMs, isRepeatable, now, random }: Progress): number | null {
  const leftMs = deadlineMs - spentMs;
  const isAnswer = !(outcome instanceof HttpFailure);
  if (leftMs <= 0 || tries >= (isAnswer ? mostTries : triesFor[outcome.kind])) return null;
  if (!isRepeatable && (isAnswer || !outcome.isUnsent)) return null;
  if (isAnswer && !isServerFault(outcome.status)) return null;
  const askedMs = isAnswer ? retryAfterMs(outcome, now) : null;
  // The server asks for a longer wait than this call may last; an earlier retry would only add load.
  if (askedMs !== null && askedMs >= leftMs) return null;
  if (askedMs !== null && askedMs > 0) return askedMs;
  const pauseMs = random * Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
  return pauseMs < leftMs ? pauseMs : null;
}

const triesFor: Readonly<Record<HttpFailureKind, number>> = {
  dns: mostTriesUnreached,
  refused: mostTriesUnreached,
  unreachable: mostTriesUnreached,
  connect_timeout: mostTriesUnreached,
  proxy: mostTriesUnreached,
  unexpected: mostTriesUnreached,
  closed: mostTries,
  timeout: mostTries,
  reset: mostTries,
  // The server would send the same bytes again.
  tls: 1,
  not_loopback: 1,
  malformed: 1,
  wrong_protocol: 1,
  invalid_request: 1,
  too_large: 1,
  aborted: 1,
};

function isServerFault(status: number): boolean {
  return status >= 500 && status !== 501;
}

interface RetryOptions {
  readonly isRepeatable: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called before each pause. */
  readonly onRetry?: ((pauseMs: number, outcome: Outcome) => void) | undefined;
}

/**
 * Tries until there is an outcome to keep, and returns it with the number of tries.
 *
 * @param admit  waits until a request may go, which counts toward no deadline; null keeps the last outcome
 * @param send   one try within a time limit; rejects with `HttpFailure` when no complete response came
 *
 * After a refusal for a rate limit (429), `admit` is called again, which knows when the next request may go. Rejects
 * with what `admit` rejects with, and with the signal's reason while it pauses.
 */
export async function withRetries<Permit>(
  options: RetryOptions,
  admit: (last: Outcome | null) => Promise<Permit | null>,
  send: (permit: Permit, timeoutMs: number) => Promise<HttpResponse>,
): Promise<{ readonly outcome: Outcome; readonly tries: number }> {
  const { clock, random, signal, isRepeatable, onRetry } = options;
  let spentMs = 0;
  let tries = 0;
  let last: Outcome | null = null;
  for (;;) {
    const permit = await admit(last);
    if (permit === null && last !== null) return { outcome: last, tries };
    if (permit === null) throw new RangeError('nothing was sent, so there is no outcome that could stand');
    const startedMs = clock.monotonic();
    const outcome = await settle(send(permit, Math.min(tryTimeoutMs, deadlineMs - spentMs)));
    last = outcome;
    if (!isHttpFailure(outcome) && outcome.status === 429) continue;
    tries++;
    spentMs += clock.monotonic() - startedMs;
    const pauseMs = pauseBeforeRetry({ outcome, tries, spentMs, isRepeatable, now: clock.now(), random: random() });
    if (pauseMs === null) return { outcome, tries };
    onRetry?.(pauseMs, outcome);
    await clock.sleep(pauseMs, signal);
    spentMs += pauseMs;
  }
}

async function settle(answer: Promise<HttpResponse>): Promise<Outcome> {
  try {
    return await answer;
  } catch (error) {
    if (isHttpFailure(error)) return error;
    throw error;
  }
}
