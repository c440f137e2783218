import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { isSuccess } from '../../../http/status.ts';
import type { Expected } from '../../../webhook/sending/delivery-faults.ts';
import { hintFor, reasonOf, type Sent } from './send.ts';

/** Statuses of a server that did not look at the delivery, so they are not a rejection. */
const notLookedAt: ReadonlySet<number> = new Set([404, 405, 407, 408, 410, 411, 413, 414, 415, 421, 426, 429, 431]);

interface VerdictContext {
  readonly expected: Expected;
  /** The value of `--fault`, if given. */
  readonly fault: string | undefined;
  readonly profile: string;
}

/** Whether a handler answered a delivery as required. */
export function isExpected(status: number | null, expected: Expected): boolean {
  if (isSuccess(status)) return expected !== 'reject';
  return expected !== 'acknowledge' && isRejection(status);
}

function isRejection(status: number | null): boolean {
  return status !== null && status >= 400 && status < 500 && !notLookedAt.has(status);
}

/**
 * The failure of a delivery that was not answered as required, or null: `unmet` when the handler accepted what it
 * must reject, else `failed`.
 */
export function failureOf(sent: Sent, { expected, fault, profile }: VerdictContext): ReventoError | null {
  if (isExpected(sent.status, expected)) return null;
  const status = sent.status ?? undefined;
  if (isSuccess(sent.status)) {
    return new ReventoError('unmet', `The handler accepted a delivery that it must reject (--fault ${fault}).`, {
      status,
      hint: `to find out what it does not verify, run: ${program(profile)} webhook check ${shellWord(sent.url)}`,
    });
  }
  const deed = expected === 'reject' ? 'was not rejected' : 'was not acknowledged';
  return new ReventoError('failed', `The delivery ${deed}${reasonOf(sent)}.`, {
    status,
    hint: hintFor(sent, profile),
  });
}
