import { ReventoError } from '../errors/revento-error.ts';
import { readUserFile, type UserFileOptions } from './user-file.ts';

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
    if (error instanceof ReventoError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code);
    throw new ReventoError('file', `Cannot read ${path || '""'}: ${reason}.`, {}, { cause: error });
  }
}
