import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file to look through, or why it cannot be. */
export type Listed = { readonly path: string } | { readonly path: string; readonly problem: string };

/**
 * A file itself, or every regular file below a directory, in the order of their names. Links below it are not
 * followed, and pipes, sockets and devices there are left out.
 */
export async function* filesAt(path: string): AsyncGenerator<Listed, void, void> {
  try {
    if (!(await stat(path)).isDirectory()) {
      yield { path };
      return;
    }
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) yield* filesAt(inside);
      else if (entry.isFile()) yield { path: inside };
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
