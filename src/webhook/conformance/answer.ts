import type { Outcome } from '../../checks/result.ts';
import type { HttpFailure } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import type { HeaderList } from '../../ports/exchange.ts';

/** What came back for one delivery. */
export interface Answer {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Why there was no answer, such as `refused`. */
  readonly error: string | null;
  /** The same as a sentence. */
  readonly failure: HttpFailure | null;
  readonly headers: HeaderList;
  /** Beginning of the body of an answer that was not 2xx, on one line; else empty. */
  readonly says: string;
  /** The whole body as text, up to a limit; for comparing answers with each other. */
  readonly text: string;
  readonly latencyMs: number;
  /** It came from a rate limiter or gateway in front of the handler, so it says nothing about the handler. */
  readonly isFront: boolean;
}

/** What a case found. */
export interface Judgment {
  readonly outcome: Outcome;
  /** What the handler did, in words. */
  readonly got: string;
  /** The answer itself, where a single one decides. */
  readonly answer?: Answer;
  /** `got` says why it could not be judged, so the notes of the run need not. */
  readonly isExplained?: true;
}

/** An answer in words, such as `HTTP 500 (TypeError: …)`. */
export function describeAnswer({ status, error, failure, says, latencyMs }: Answer): string {
  if (status === null) return `no answer (${failure?.message ?? error} after ${Math.round(latencyMs)} ms)`;
  return says === '' ? `HTTP ${status}` : `HTTP ${status} (${says})`;
}

/** The judgment on a delivery that must be acknowledged. */
export function acknowledged(answer: Answer): Judgment {
  const outcome = answer.isFront ? 'skip' : isSuccess(answer.status) ? 'pass' : 'fail';
  return { outcome, got: describeAnswer(answer), answer };
}

/** The judgment on several deliveries that must all be acknowledged; the first that was not decides. */
export function allAcknowledged(answers: readonly Answer[]): Judgment {
  const judgments = answers.map(acknowledged);
  const wrong = judgments.find(({ outcome }) => outcome === 'fail') ?? judgments.find((it) => it.outcome === 'skip');
  const all = answers.map(describeAnswer);
  if (wrong === undefined) return { outcome: 'pass', got: [...new Set(all)].join(', ') };
  return {
    outcome: wrong.outcome,
    got: answers.length > 3 ? `${wrong.got} among ${answers.length} answers` : all.join(', then '),
  };
}

/** Whether the answer refuses the delivery: with 401 as Revento's docs ask, or with another 4xx. */
export function isRefusal({ status }: Answer): boolean {
  return status !== null && status >= 400 && status < 500;
}

/** The judgment on a delivery that must be refused. A 5xx is a handler that crashed where it should have judged. */
export function refused(answer: Answer): Judgment {
  const got = describeAnswer(answer);
  if (answer.isFront) return { outcome: 'skip', got, answer };
  if (isRefusal(answer)) return { outcome: 'pass', got, answer };
  const isCrash = answer.status !== null && answer.status >= 500;
  return { outcome: 'fail', got: isCrash ? `${got}: it crashed instead of rejecting` : got, answer };
}
