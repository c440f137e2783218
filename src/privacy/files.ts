import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A file to look through; why it cannot be; or a link that is not followed, with the place that it leads to. */
export type Listed =
  | { readonly path: string }
  | { readonly path: string; readonly problem: string }
  | { readonly path: string; readonly target: string };

/**
 * A file itself, or every regular file below a directory, in the order of their names. Links below it are not
 * followed: those that lead out of `roots` are listed as such. Pipes, sockets and devices there are left out.
 *
 * @param roots  the real paths of everything that is looked through
 */
export async function* filesAt(path: string, roots: readonly string[]): AsyncGenerator<Listed, void, void> {
  try {
    if (!(await stat(path)).isDirectory()) {
      yield { path };
      return;
    }
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) yield* filesAt(inside, roots);
      else if (entry.isFile()) yield { path: inside };
      else if (entry.isSymbolicLink()) {
        const target = await realpath(inside).catch(() => null);
        if (target !== null && !roots.some((root) => isWithin(target, root))) yield { path: inside, target };
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    yield { path, problem: code ?? message };
  }
}

/** Whether a file is a log, by its name. */
export function isLog(path: string): boolean {
  return /(^|[\\/])logs?[\\/]|(^|[^a-z])(log|out|journal)([-._]?\d[\d-]*)?(\.(gz|zip|\d+))*$/i.test(path);
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && join(root, way) === path);
}
