import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, realpathSync, rmSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReventoError } from '../errors/revento-error.ts';
import { requireBaseOf } from '../files/current-directory.ts';
import type { Sink } from '../output/sink.ts';
import { createFileSink } from '../output/sink.ts';
import { renameDurably } from '../platform/files/durable-file.ts';
import { systemCode } from '../platform/files/file-failure.ts';

/** The file of `--out`: it changes only when the output is whole. */
export interface OutFile extends Sink {
  /** Puts the output in the file's place, readable by its owner only. @throws ReventoError `file`, `disk_full` */
  commit(): void;
  /**
   * The run failed: the file stays as it was.
   *
   * @returns where the rows that came are kept, null when none are
   */
  discard(): string | null;
}

/**
 * Opens the output for `--out FILE` under a temporary name beside it.
 *
 * @param isIndivisible  keeps nothing of a run that failed
 * @throws ReventoError `file` when the path is a device, a pipe or a directory, or cannot be written
 */
export function openOutFile(path: string, isIndivisible = false): OutFile {
  requireBaseOf(path);
  const target = regularTarget(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const fd = attempt(path, () => openSync(temporary, 'wx', 0o600));
  const sink = createFileSink(fd, path);
  return {
    ...sink,
    commit: () =>
      attempt(path, () => {
        closeSync(fd);
        renameDurably(temporary, target);
      }),
    discard() {
      const isKept = !isIndivisible && fstatSync(fd).size > 0;
      closeSync(fd);
      if (!isKept) rmSync(temporary, { force: true });
      const partial = `${target}.partial`;
      if (isKept) attempt(partial, () => renameDurably(temporary, partial));
      return isKept ? partial : null;
    },
  };
}

/** The file to replace: a link stays one, and what it leads to is replaced. */
function regularTarget(path: string): string {
  const target = attempt(path, () => (statOf(path)?.isSymbolicLink() ? realpathSync(path) : path));
  const stat = statOf(target);
  if (stat === null || stat.isFile()) return target;
  const kind = stat.isDirectory() ? 'a directory' : stat.isFIFO() ? 'a pipe' : 'a device or socket';
  throw new ReventoError('file', `--out ${path} is ${kind}, not a file.`, {
    hint: stat.isDirectory() ? 'name a file in it' : 'leave --out out and redirect the output with >',
  });
}

function statOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const code = systemCode(error);
    const reason = reasons[code] ?? code;
    throw new ReventoError('file', `Cannot write ${path}: ${reason}.`, {}, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the directory does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is not a directory',
};
