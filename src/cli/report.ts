import { type ExitStatus, exitOf, hintOf, ReventoError } from '../errors/revento-error.ts';
import { escapeForTerminal } from '../text/sanitize.ts';
import type { Style } from '../text/style.ts';
import { wrap } from '../text/wrap.ts';

/** Who reads a failure, and in which form. */
export interface ReportContext {
  readonly profile: string;
  readonly eventId: string | undefined;
  readonly isUnattended: boolean;
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
    return { text: `${escapeForTerminal(JSON.stringify({ error }))}\n`, exit };
  }
  const { style } = context;
  const origin = [status && `HTTP ${status}`, apiCode, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const lines = labeled('error:', style.red, `${failure.message}${origin && ` (${origin})`}`, style);
  if (hint !== undefined) lines.push(...labeled('hint:', style.cyan, hint, style));
  return { text: `${lines.join('\n')}\n`, exit };
}

/** A label and its text: one line, or on a terminal as many as fit into its width, broken between words. */
function labeled(label: string, paint: (text: string) => string, text: string, { width }: Style): string[] {
  const lines = Number.isFinite(width)
    ? wrap(`${label} ${withWholeCommands(text, width)}`, width)
    : [`${label} ${text}`];
  return lines.map((line, index) => {
    const words = line.replaceAll(noBreak, ' ');
    return index === 0 ? paint(label) + words.slice(label.length) : words;
  });
}

/** A space that is not a place to break; nobody types this one. */
const noBreak = '\ue000';

/** A command to copy stays on one line where one is wide enough. */
function withWholeCommands(text: string, width: number): string {
  return text.replace(/\brevento [^;`\n]+/g, (command) =>
    command.length <= width ? command.replaceAll(' ', noBreak) : command,
  );
}

/**
 * Where an unforeseen error came from, for `--debug`: its stack and those of its causes. Of a foreseen failure only
 * its causes, as it says itself what failed; an empty text where it has none.
 */
export function trace(error: unknown, isRedacted: boolean): string {
  const stacks: string[] = [];
  let at = isForeseen(error) ? error.cause : error;
  for (let depth = 0; depth < deepestCause && at instanceof Error; depth++) {
    const stack = at.stack ?? at.message;
    stacks.push(`${depth === 0 ? '' : 'caused by: '}${isRedacted ? `${at.name}\n${framesIn(stack)}` : stack}\n`);
    at = at.cause;
  }
  return stacks.join('');
}

/** Without the message in front of them, which may quote what a server sent. */
function framesIn(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at (?:[\w.$<>[\] ]+ \()?(?:file:|node:|\/|[A-Z]:)[^ ]*$/.test(line))
    .join('\n');
}

const deepestCause = 8;

function isForeseen(error: unknown): error is ReventoError {
  return error instanceof ReventoError;
}
