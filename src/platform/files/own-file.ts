import { closeSync, constants, fstatSync, openSync, readSync, rmSync, type Stats } from 'node:fs';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { isNowhere } from '../../files/nowhere.ts';
import { asOwner } from './as-owner.ts';
import { systemCode } from './file-failure.ts';

/** The default limit, in bytes: far more than nearly all our files hold. */
const usualMaxBytes = 1024 * 1024;

/** A file of this program: its bytes, or what is in its place. */
export type OwnFile =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly status: Stats }
  | { readonly kind: 'other'; readonly what: string };

/**
 * Reads a file that this program wrote, or null when there is none. Never waits, whatever stands in its place: a named
 * pipe would hold the process out of reach of every signal. A link is not followed unless that is asked for.
 *
 * @throws the system's error when it cannot be opened or read
 */
export function readOwnFile(path: string, { isLinkFollowed = false, maxBytes = usualMaxBytes } = {}): OwnFile | null {
  return asOwner(path, () => {
    const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = constants;
    let fd: number;
    try {
      fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (isLinkFollowed ? 0 : O_NOFOLLOW));
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT' || isNowhere(path)) return null;
      // FreeBSD says EMLINK for a link that is not followed.
      if (!isLinkFollowed && (code === 'ELOOP' || code === 'EMLINK')) return { kind: 'other', what: 'a symbolic link' };
      if (code === 'ENXIO') return { kind: 'other', what: 'a socket' };
      throw error;
    }
    try {
      const status = fstatSync(fd);
      if (!status.isFile()) return { kind: 'other', what: typeOf(status) };
      const bytes = readUpTo(fd, maxBytes + 1);
      if (bytes.length > maxBytes) return { kind: 'other', what: `longer than ${maxBytes / 1024} KiB` };
      return { kind: 'file', bytes, status };
    } finally {
      closeSync(fd);
    }
  });
}

/** The failure when something else is in the place of our file. */
export function notOurFile(path: string, what: string): ReventoError {
  return new ReventoError('file', `${path} is ${what}, not a file that revento wrote.`, {
    hint: `move it aside: mv ${shellWord(path)} ${shellWord(`${path}.old`)}`,
  });
}

/** Removes a file of ours, if it is there. */
export function removeOwnFile(path: string): void {
  asOwner(path, () => rmSync(path, { force: true }));
}

function readUpTo(fd: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  for (let size = 0; size < limit; ) {
    const chunk = Buffer.alloc(Math.min(64 * 1024, limit - size));
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    size += count;
  }
  return Buffer.concat(chunks);
}

function typeOf(status: Stats): string {
  if (status.isFIFO()) return 'a named pipe';
  if (status.isDirectory()) return 'a directory';
  return status.isSocket() ? 'a socket' : 'a device';
}
