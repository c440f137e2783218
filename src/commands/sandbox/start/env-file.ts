import { readFile } from 'node:fs/promises';
import { fileError } from '../../../files/file-error.ts';
import { isRegularOrAbsent, writeUserFile } from '../../../files/user-output.ts';
import { type Credentials, variablesOf, withVariables } from '../../../sandbox/server/env-file.ts';

/**
 * Writes the sandbox's settings into an env file with mode 0600. Keeps other lines of the file. A reader
 * never sees half of it. A device, a pipe or /dev/stdout gets only these settings.
 *
 * @throws ReventoError `file`, `interrupted`
 */
export async function writeEnvFile(path: string, credentials: Credentials, signal: AbortSignal): Promise<void> {
  try {
    const before = (await isRegularOrAbsent(path)) ? await textOf(path) : '';
    const text = withVariables(before, variablesOf(credentials));
    await writeUserFile(path, Buffer.from(text), { mode: 0o600, signal });
  } catch (error) {
    throw fileError(`write ${path}`, error, 'give --write-env a path in a directory you can write to');
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
