import { isAbsolute } from 'node:path';
import { ReventoError } from '../errors/revento-error.ts';

/** The failure for a relative path after the current directory was removed. */
export function currentDirectoryGone(): ReventoError {
  return new ReventoError('file', 'The current directory no longer exists; cd somewhere else.');
}

/** Whether an error is Node's for a current directory that was removed. */
export function isCurrentDirectoryGone(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd';
}

/**
 * Checks that a path means something: a relative one does not once the current directory was removed. The system
 * would only say that there is no such file.
 *
 * @throws ReventoError `file`
 */
export function requireBaseOf(path: string): void {
  if (isAbsolute(path)) return;
  try {
    process.cwd();
  } catch (error) {
    throw isCurrentDirectoryGone(error) ? currentDirectoryGone() : error;
  }
}
