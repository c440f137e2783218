import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type Credentials, variablesOf, withVariables } from '../../../sandbox/server/env-file.ts';

/**
 * Writes the sandbox's settings into an env file with mode 0600. Other lines of the file stay, and a reader never
 * sees half of it.
 *
 * @throws ReventoError `file`
 */
export async function writeEnvFile(path: string, credentials: Credentials): Promise<void> {
  try {
    const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return path;
      throw error;
    });
    const before = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeWhole(temporary, withVariables(before, variablesOf(credentials)));
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ReventoError('file', `Cannot write ${path} (${code ?? message}).`, {
      hint: 'give --write-env a path in a directory you can write to',
    });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
