import { ReventoError } from '../../errors/revento-error.ts';
import { plainLine } from '../../text/plain-line.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'not executable',
  ENOTDIR: 'a part of its path is not a directory',
  E2BIG: 'its arguments and environment are too long',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
};

/** Why a program did not start although it may exist; a phrase to follow a colon. */
export function whyNotStarted(error: NodeJS.ErrnoException): string {
  return words[error.code ?? ''] ?? plainLine(error.message, 200);
}

/** Why the program of a command could not be started: `command_not_found` or `command_not_runnable`. */
export function startFailure(program: string, error: NodeJS.ErrnoException): ReventoError {
  if (error.code === 'ENOENT') {
    return new ReventoError('command_not_found', `Cannot run ${program}: no such program.`, {}, { cause: error });
  }
  const message = `Cannot run ${program}: ${whyNotStarted(error)}.`;
  return new ReventoError('command_not_runnable', message, {}, { cause: error });
}
