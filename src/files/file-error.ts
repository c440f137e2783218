import { ReventoError } from '../errors/revento-error.ts';

/**
 * The failure of a file, with the reason that the system gives; a failure that is named already stays as it is.
 *
 * @param deed  what was tried, such as `write out.json`
 */
export function fileError(deed: string, error: unknown, hint: string): ReventoError {
  if (error instanceof ReventoError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new ReventoError('file', `Cannot ${deed} (${code ?? message}).`, { hint });
}
