import { type ExitStatus, exitOf, hintOf, type ReventoError } from './errors.ts';
import type { Style } from './platform/ports.ts';

/** Whom a failure is told to, and in which form. */
export interface ReportContext {
  readonly profile: string;
  readonly eventId: string | undefined;
  /** One JSON line instead of text: the run's output is JSON too. */
  readonly isJson: boolean;
  readonly style: Style;
}

/**
 * A failure as stderr shows it: `error: WHAT`, then `hint: WHAT TO DO`; or one JSON line.
 *
 * @returns the text with its final newline, and the exit status that goes with it
 */
export function report(failure: ReventoError, context: ReportContext): { text: string; exit: ExitStatus } {
  const hint = hintOf(failure, context);
  const exit = exitOf(failure.code);
  const { status, requestId, apiCode } = failure.facts;
  if (context.isJson) {
    const error = {
      code: apiCode ?? failure.code,
      message: failure.message,
      status: status ?? null,
      request_id: requestId ?? null,
      hint: hint ?? null,
    };
    return { text: `${JSON.stringify({ error })}\n`, exit };
  }
  const { style } = context;
  const origin = [status && `HTTP ${status}`, apiCode, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const lines = [`${style.red('error:')} ${failure.message}${origin && style.dim(` (${origin})`)}`];
  if (hint !== undefined) lines.push(`${style.cyan('hint:')} ${hint}`);
  return { text: `${lines.join('\n')}\n`, exit };
}
