import { ReventoError } from '../errors/revento-error.ts';
import { piecesOfFile, readUserFile, type UserFileOptions } from './user-file.ts';

/** As much as standard input may bring. */
const maxFileBytes = 64 * 1024 * 1024;

/**
 * The bytes of a file that the user named.
 *
 * @throws ReventoError `file` when it cannot be read or is longer than 64 MB, `interrupted`
 */
export async function readNamedFile(path: string, { signal }: Pick<UserFileOptions, 'signal'> = {}): Promise<Buffer> {
  try {
    return await readUserFile(path, { maxBytes: maxFileBytes, signal });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The same piece by piece, without a limit. */
export async function* piecesOfNamedFile(
  path: string,
  options: Parameters<typeof piecesOfFile>[1],
): AsyncGenerator<Buffer, void, void> {
  try {
    yield* piecesOfFile(path, options);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ReventoError {
  if (error instanceof ReventoError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code);
  return new ReventoError('file', `Cannot read ${path || '""'}: ${reason}.`, {}, { cause: error });
}
