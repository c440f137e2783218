import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A file to look through; why it cannot be; or a link that is not followed, with the place that it leads to. */
export type Listed =
  | {
      readonly path: string;
      /** What opens it: bytes where a name in the path is not UTF-8, which `path` shows with `\xff`. */
      readonly at: string | Buffer;
    }
  | { readonly path: string; readonly problem: string }
  | { readonly path: string; readonly target: string };

/**
 * A file itself, or every regular file below a directory, in the order of their names. Links below it are not
 * followed: those that lead out of `roots` are listed as such. Pipes, sockets and devices there are left out.
 *
 * @param roots  the real paths of everything that is looked through
 */
export function filesAt(path: string, roots: readonly string[]): AsyncGenerator<Listed, void, void> {
  return filesBelow({ path, at: path }, roots);
}

interface Spot {
  readonly path: string;
  readonly at: string | Buffer;
}

/** @param look  what follows a link that the user named, or does not follow one in a directory */
async function* filesBelow(
  spot: Spot,
  roots: readonly string[],
  look: (at: string | Buffer) => Promise<Stats> = stat,
): AsyncGenerator<Listed, void, void> {
  const { path, at } = spot;
  try {
    const status = await look(at);
    if (status.isDirectory()) {
      // Without `withFileTypes`, which Bun leaves out for names in bytes.
      const spots = (await readdir(at, { encoding: 'buffer' })).map((name) => spotIn(spot, name));
      for (const inside of spots.sort((a, b) => (a.path < b.path ? -1 : 1))) yield* filesBelow(inside, roots, lstat);
    } else if (status.isSymbolicLink()) {
      const target = await realpath(at).catch(() => null);
      if (target !== null && !roots.some((root) => isWithin(target, root))) yield { path, target };
    } else if (status.isFile() || look === stat) yield spot;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    yield { path, problem: code ?? message };
  }
}

/** An entry of a directory. A name that is not UTF-8 has no text that would open it. */
function spotIn({ path, at }: Spot, name: Buffer): Spot {
  const inside = join(path, isUtf8(name) ? name.toString() : readable(name));
  if (typeof at === 'string' && isUtf8(name)) return { path: inside, at: inside };
  return { path: inside, at: Buffer.concat([Buffer.from(at), Buffer.from(sep), name]) };
}

function readable(name: Buffer): string {
  return name.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

export function isLog(path: string): boolean {
  return /(^|[\\/])logs?[\\/]|(^|[^a-z])(log|out|journal)([-._]?\d[\d-]*)?(\.(gz|zip|\d+))*$/i.test(path);
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && join(root, way) === path);
}
