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
