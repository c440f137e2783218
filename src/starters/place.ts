import { lstat, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReventoError } from '../errors/revento-error.ts';
import { makeDirectory } from '../files/directory.ts';
import { writeUserFile } from '../files/user-output.ts';
import type { Files } from './starter.ts';

/** The paths of those files that exist in a directory already. */
export async function existingFiles(directory: string, files: Files): Promise<string[]> {
  const found: string[] = [];
  for (const path of Object.keys(files)) if (await exists(join(directory, path))) found.push(path);
  return found;
}

/**
 * Writes the files of a project. When one cannot be written, the new files written so far are removed. An existing file
 * is replaced as a whole, or is an error.
 *
 * @throws ReventoError `file`
 */
export async function placeFiles(
  directory: string,
  files: Files,
  { isReplacing, signal }: { readonly isReplacing: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const made: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const target = join(directory, path);
    try {
      const firstMade = makeDirectory(dirname(target));
      if (firstMade !== undefined) made.push(firstMade);
      if (isReplacing && (await exists(target))) {
        await writeUserFile(target, Buffer.from(text), { mode: 0o644, signal });
      } else {
        await writeFile(target, text, { flag: 'wx', mode: path === '.env' ? 0o600 : 0o666 });
        made.push(target);
      }
    } catch (error) {
      for (const one of made.reverse()) await rm(one, { recursive: true, force: true });
      const { code, message } = error as NodeJS.ErrnoException;
      throw new ReventoError('file', `Cannot write ${target} (${code ?? message}).`, {
        hint: 'choose a directory that you can write to',
      });
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
