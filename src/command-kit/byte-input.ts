import { ReventoError } from '../errors/revento-error.ts';
import type { Deps } from './deps.ts';

/** As much as standard input may bring. */
const maxFileBytes = 64 * 1024 * 1024;

/**
 * The bytes of a file, or of standard input for `-` or no name at all.
 *
 * @throws ReventoError `file`, also when it is longer than 64 MB; `usage` when there is no name and nothing is piped
 *   in; `interrupted`
 */
export async function readBytes(
  path: string | undefined,
  { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>,
): Promise<Uint8Array> {
  if (path === undefined && terminal.isStdinTty) {
    throw new ReventoError('usage', 'Name a file, or pipe the body in.', {
      hint: 'bodies are not taken as arguments: a shell changes their bytes',
    });
  }
  // Who writes `-` on a terminal means to type it.
  if (path === undefined || path === '-') return terminal.readStdin();
  const { readUserFile } = await import('../files/user-file.ts');
  try {
    return await readUserFile(path, { maxBytes: maxFileBytes, signal });
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code);
    throw new ReventoError('file', `Cannot read ${path || '""'}: ${reason}.`, {}, { cause: error });
  }
}
