import { randomBytes } from 'node:crypto';
import { close, constants, createWriteStream, fstat, open, type Stats } from 'node:fs';
import { open as openHandle, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty, WriteStream } from 'node:tty';
import { promisify } from 'node:util';
import { ReventoError } from '../errors/revento-error.ts';
import { requireBaseOf } from './current-directory.ts';

interface UserOutputOptions {
  /** Permission bits of a regular file, such as 0o600, also of one that is replaced. */
  readonly mode: number;
  /** Ends the wait for the reader of a pipe. */
  readonly signal: AbortSignal;
}

/** How often to check whether a named pipe has a reader, milliseconds. */
const readerPollMs = 50;

/**
 * Writes a file that the user named. A regular file is replaced as a whole, by a rename within its directory;
 * a symbolic link to it stays. A device, a named pipe or an open descriptor such as /dev/stdout is written to and
 * never replaced.
 *
 * @throws ReventoError `interrupted`; the system's own error when it cannot be written
 */
export async function writeUserFile(path: string, bytes: Uint8Array, options: UserOutputOptions): Promise<void> {
  const target = await targetOf(path);
  const status = await existing(target);
  if (isDescriptor(await parentOf(target)) || (status !== null && !status.isFile())) {
    await writeThrough(target, bytes, options.signal);
  } else {
    await replace(target, bytes, options.mode, status);
  }
}

/** Whether a path names a regular file, or one that can be created: anything else must not be read before writing. */
export async function isRegularOrAbsent(path: string): Promise<boolean> {
  const target = await targetOf(path);
  return !isDescriptor(await parentOf(target)) && ((await existing(target))?.isFile() ?? true);
}

async function replace(target: string, bytes: Uint8Array, mode: number, before: Stats | null): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await openHandle(temporary, 'wx', mode);
    try {
      await file.chmod(mode);
      // Run by root, the file must stay readable for its owner.
      if (before !== null && process.geteuid?.() === 0) await file.chown(before.uid, before.gid);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Follows symbolic links, except the entries of /proc/self/fd: what those lead to is open and has no other name. */
async function targetOf(path: string): Promise<string> {
  requireBaseOf(path);
  let target = resolve(path);
  for (let links = 0; links < 40; links++) {
    const parent = await parentOf(target);
    if (isDescriptor(parent)) return target;
    const here = join(parent, basename(target));
    const next = await readlink(here).catch(() => null);
    if (next === null) return here;
    target = resolve(parent, next);
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

const parentOf = (path: string): Promise<string> => realpath(dirname(path));

function isDescriptor(directory: string): boolean {
  return /^(\/dev|\/proc\/[^/]+(\/task\/[^/]+)?)\/fd$/.test(directory);
}

async function existing(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeThrough(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const stream = await openThrough(path, signal);
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    stream.end(bytes);
    await finished(stream, { readable: false });
  } catch (error) {
    if (signal.aborted) throw interrupted(path);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Opens without blocking a thread, which neither a signal nor `process.exit` could end. */
async function openThrough(path: string, signal: AbortSignal): Promise<Writable> {
  const { O_WRONLY, O_APPEND, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;
  for (;;) {
    if (signal.aborted) throw interrupted(path);
    try {
      const fd = await promisify(open)(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
      return await streamOf(fd);
    } catch (error) {
      // A named pipe without a reader; a socket gives the same code and never gets one.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENXIO' || !(await existing(path))?.isFIFO()) throw error;
      await sleep(readerPollMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function streamOf(fd: number): Promise<Writable> {
  try {
    const status = await promisify(fstat)(fd);
    if (status.isFIFO()) return new Socket({ fd, readable: false, writable: true });
    if (isatty(fd)) return new WriteStream(fd);
    if (status.isBlockDevice()) throw Object.assign(new Error('a block device'), { code: 'EINVAL' });
    return createWriteStream('', { fd });
  } catch (error) {
    close(fd);
    throw error;
  }
}

function interrupted(path: string): ReventoError {
  return new ReventoError('interrupted', `Interrupted while writing ${path}.`);
}
