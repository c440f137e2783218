import type { Deps } from '../../command-kit/deps.ts';
import { hintOf, ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { plainLine } from '../../text/plain-line.ts';

/** How far a list came, for the command that continues from there. */
interface Resume {
  /** Null when there is nowhere to continue from. */
  readonly cursor: string | null;
  /** Rows that were printed whole; with none the same command starts over. */
  readonly count: number;
  /** The option that takes the cursor; default `--cursor`. */
  readonly option?: string;
}

/**
 * A failure of a run that stopped early; its hint names where to continue: the one line that is sure to be read.
 * An interrupt by a signal becomes a failure on the way.
 */
export function withResume(
  error: unknown,
  { cursor, count, option = '--cursor' }: Resume,
  deps: Pick<Deps, 'signal' | 'profile' | 'event'>,
): unknown {
  const isInterrupt = !(error instanceof ReventoError) && deps.signal.aborted;
  const failure = isInterrupt ? new ReventoError('interrupted', 'Interrupted.') : error;
  // Before the first row, the same command starts over.
  if (!(failure instanceof ReventoError) || cursor === null || count === 0) return failure;
  const hint = hintOf(failure, { profile: deps.profile, eventId: deps.event ?? undefined });
  const resume = `${rowsInWords(count)} ${count === 1 ? 'was' : 'were'} complete; continue with ${option}${option.endsWith('=') ? '' : ' '}${cursorWord(cursor)}`;
  const facts = { ...failure.facts, hint: hint === undefined ? resume : `${hint}; ${resume}` };
  return new ReventoError(failure.code, failure.message, facts, { cause: failure });
}

export function rowsInWords(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

/** A cursor as a word of a command line. It is opaque, so it may hold anything. */
export function cursorWord(cursor: string): string {
  return shellWord(plainLine(cursor, 2_000));
}
