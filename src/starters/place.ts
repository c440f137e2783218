import { lstat, open, rm, stat } from 'node:fs/promises';
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
 * Refuses a directory that cannot become the project, before anything is written: one that is something else, or where
 * something else has the name of a file or of a directory. A link may lead to what belongs to something else.
 *
 * @throws ReventoError `usage`
 */
export async function refuseBlocked(directory: string, files: Files): Promise<void> {
  if ((await exists(directory)) && !(await isDirectory(directory))) {
    throw new ReventoError('usage', `${directory} is not a directory.`, { hint: 'give another directory' });
  }
  const folders = new Set(Object.keys(files).flatMap(foldersOf));
  for (const path of [...folders, ...Object.keys(files)]) {
    const target = join(directory, path);
    const found = await lstat(target).catch(() => null);
    const isFolder = folders.has(path);
    if (found !== null && !(isFolder ? found.isDirectory() : found.isFile())) {
      const what = isFolder ? 'directory' : 'regular file';
      throw new ReventoError('usage', `${target} is not a ${what}. Nothing was written.`, {
        hint: 'move it away, or give another directory',
      });
    }
  }
}

/** The directories that a path goes through, the outermost first. */
const foldersOf = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

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
        const file = await open(target, 'wx', path === '.env' ? 0o600 : 0o666);
        // Before the text: on a full disk the file is there, too.
        made.push(target);
        await file.writeFile(text).finally(() => file.close());
      }
    } catch (error) {
      for (const one of made.reverse()) await rm(one, { recursive: true, force: true });
      const { code, message } = error as NodeJS.ErrnoException;
      throw new ReventoError('file', `Cannot write ${target} (${code ?? message}).`, {
        hint: code === 'ENOSPC' ? 'free some disk space' : 'choose a directory that you can write to',
      });
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
