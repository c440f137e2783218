import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { fileError } from '../../../files/file-error.ts';
import { readUserFile } from '../../../files/user-file.ts';
import { parseJson } from '../../../json/parse.ts';
import { readSnapshot, type Snapshot } from '../../../sandbox/saved/snapshot.ts';
import { decodeText } from '../../../text/input.ts';

/** In bytes. A thousand deliveries and ten thousand changes take about ten megabytes. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Reads a saved sandbox.
 *
 * @throws ReventoError `file` when the file cannot be read or is not a saved sandbox
 */
export async function loadSandbox(path: string, { signal }: Pick<Deps, 'signal'>): Promise<Snapshot> {
  const hint = 'pass a file written by `revento sandbox save`';
  const bytes = await readUserFile(path, { maxBytes: mostBytes, signal }).catch((error: unknown) => {
    throw fileError(`read ${path}`, error, hint);
  });
  const text = decodeText(bytes);
  const value = text === null ? undefined : parseJson(text);
  const read = value === undefined ? { problem: 'it is not valid JSON' } : readSnapshot(value);
  if ('snapshot' in read) return read.snapshot;
  throw new ReventoError('file', `${path} is not a saved sandbox: ${read.problem}.`, { hint });
}
