import { ReventoError } from '../errors/revento-error.ts';
import type { Deps } from './deps.ts';

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
  const { readNamedFile } = await import('../files/named-file.ts');
  return readNamedFile(path, { signal });
}
