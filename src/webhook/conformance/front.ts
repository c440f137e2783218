import { retryAfterMs } from '../../http/headers.ts';
import { isSuccess } from '../../http/status.ts';
import type { Answer } from './answer.ts';

/** Answers that a rate limiter or gateway in front of the handler gives. */
const frontStatuses: ReadonlySet<number | null> = new Set([429, 502, 503, 504]);

/** Whether something in front of the handler may have answered. */
export function isFromFront({ status }: Pick<Answer, 'status'>): boolean {
  return frontStatuses.has(status);
}

/** The longest `Retry-After` that a run waits for, once. */
const longestWaitMs = 5_000;

/** How the gate sends and waits. */
interface GateMeans {
  /** Sends the delivery in question again. */
  readonly again: () => Promise<Answer>;
  /** Sends a plain valid delivery. */
  readonly control: () => Promise<Answer>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: number;
}

/**
 * Distinguishes answers of a rate limiter or gateway in front of the handler from the handler's own.
 *
 * 429 is never a verdict on a delivery. 502, 503 and 504 are the handler's doing when they come back for this delivery
 * while a plain valid one is acknowledged: then it crashed. Otherwise the gateway cannot reach the handler.
 */
export class FrontGate {
  #isLimited = false;

  /** The answer to judge: the same, a later one, or one marked as `isFront`. Sends up to two more deliveries. */
  async settle(answer: Answer, means: GateMeans): Promise<Answer> {
    if (answer.status === 429) return this.#settleLimited(answer, means);
    if (!isFromFront(answer)) return answer;
    const second = await means.again();
    if (second.status !== answer.status) return second.status === 429 ? { ...second, isFront: true } : second;
    const control = await means.control();
    return isSuccess(control.status) ? second : { ...second, isFront: true };
  }

  async #settleLimited(answer: Answer, { again, sleep, nowMs }: GateMeans): Promise<Answer> {
    const waitMs = retryAfterMs(answer, nowMs);
    // A limiter that refused again after its own wait is not waited for a second time.
    if (this.#isLimited || waitMs === null || waitMs > longestWaitMs) return { ...answer, isFront: true };
    await sleep(waitMs);
    const second = await again();
    if (second.status !== 429) return second;
    this.#isLimited = true;
    return { ...second, isFront: true };
  }
}
