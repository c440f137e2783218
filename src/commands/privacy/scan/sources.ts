import { realpath } from 'node:fs/promises';
import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { piecesOfFile } from '../../../files/user-file.ts';
import { filesAt, isLog, type Listed } from '../../../privacy/files.ts';

/** Something to look through. */
export interface Source {
  readonly name: string;
  readonly isLog: boolean;
  /** @throws the system's error, or one whose message says why it cannot be read */
  pieces(): AsyncIterable<Uint8Array>;
}

/** A link that leads out of what is looked through. */
export type Link = Extract<Listed, { readonly target: string }>;

type SourceDeps = Pick<Deps, 'terminal' | 'signal'>;

/** Read at once: large enough that the reading does not cost more than the search. */
const pieceBytes = 1024 * 1024;

/**
 * Every file at the paths; `-` is standard input.
 *
 * @throws ReventoError `file` when one of the paths does not exist, before anything is read
 */
export async function* sourcesOf(
  paths: readonly string[],
  { terminal, signal }: SourceDeps,
): AsyncGenerator<Source | Link, void, void> {
  const roots = await rootsOf(paths);
  for (const path of paths) {
    if (path === '-') yield { name: '-', isLog: false, pieces: () => terminal.stdin() };
    else for await (const listed of filesAt(path, roots)) yield 'target' in listed ? listed : sourceOf(listed, signal);
  }
}

function sourceOf(listed: Exclude<Listed, Link>, signal: AbortSignal): Source {
  const { path } = listed;
  return {
    name: path,
    isLog: isLog(path),
    async *pieces() {
      if ('problem' in listed) throw new Error(listed.problem);
      yield* piecesOfFile(listed.at, { signal, pieceBytes });
    },
  };
}

/** The real paths; those that cannot be resolved are reported when it is their turn. */
async function rootsOf(paths: readonly string[]): Promise<readonly string[]> {
  const roots = paths
    .filter((path) => path !== '-')
    .map((path) =>
      realpath(path).catch(({ code }: NodeJS.ErrnoException) => {
        if (code !== 'ENOENT') return null;
        throw new ReventoError('file', `Cannot read ${path || '""'}: there is no such file.`);
      }),
    );
  return (await Promise.all(roots)).filter((root) => root !== null);
}
