import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../../files/directory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SharedLog } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { systemCode } from '../files/file-failure.ts';

const hourMs = 3_600_000;
/** In bytes, far more than an hour of requests; a longer file is not read at every start. */
const longestReadBytes = 1 << 20;

/**
 * A shared log in files named `<path>.<hour>`, one for each hour since the Unix epoch; this hour's and the last one's
 * are read, older ones are deleted.
 *
 * Without a lock, which a killed or stopped process would leave behind: a line is one `write` under `O_APPEND`,
 * which the kernel puts after all others, and what is before one's own line when it is read back came first.
 * Nothing is ever rewritten, so each process reads only what is new. A new hour is a new file for the same reason.
 *
 * Where the files cannot be written it becomes a log of this process alone. Source: POSIX `write`, `O_APPEND`.
 */
export function openSharedLog(path: string, clock: Clock): SharedLog {
  const tails = new Map<number, Tail>();
  let isShared = true;

  const tailOf = (hour: number, mayCreate: boolean): Tail | null => {
    const found = tails.get(hour);
    if (found !== undefined) return found;
    const fd = open(`${path}.${hour}`, mayCreate);
    if (fd === null) return null;
    const tail = new Tail(fd);
    tails.set(hour, tail);
    return tail;
  };

  /** Lines of the last hour, then of this one, the given line among them. */
  const share = (line: string | null): string[] => {
    const lines: string[] = [];
    for (;;) {
      const hour = Math.floor(clock.now() / hourMs);
      const isNew = line !== null && !tails.has(hour);
      const current = tailOf(hour, line !== null);
      if (isNew) removeOlder(path, hour - 1);
      if (line !== null) current?.append(line);
      lines.push(...(tailOf(hour - 1, false)?.read() ?? []), ...(current?.read() ?? []));
      for (const [old, tail] of tails) {
        if (old < hour - 1) {
          tail.close();
          tails.delete(old);
        }
      }
      // The hour changed while the line was written: later processes read only the new file, so the line goes there too.
      if (line === null || Math.floor(clock.now() / hourMs) === hour) return lines;
    }
  };

  return {
    exchange: (line) => {
      const own = line === null ? [] : [line];
      if (!isShared) return own;
      try {
        return asOwner(path, () => share(line));
      } catch {
        // A read-only or full disk must not block API requests; pacing then covers this process only.
        isShared = false;
        return own;
      }
    },
  };
}

/** Removes every hour of a shared log, and the directory when nothing else is in it. Never throws. */
export function removeSharedLog(path: string): void {
  try {
    asOwner(path, () => {
      removeOlder(path, Number.POSITIVE_INFINITY);
      rmdirSync(dirname(path));
    });
  } catch {
    // Never written, in use by another login, or on a read-only disk: it holds no secret.
  }
}

/** The part of a file that was not read yet. */
class Tail {
  readonly #fd: number;
  #offset = 0;
  #rest = '';

  constructor(fd: number) {
    this.#fd = fd;
    const { size } = fstatSync(fd);
    if (size > longestReadBytes) this.#offset = size - longestReadBytes;
  }

  append(line: string): void {
    writeSync(this.#fd, `${line}\n`);
  }

  read(): string[] {
    const length = fstatSync(this.#fd).size - this.#offset;
    if (length <= 0) return [];
    const buffer = Buffer.alloc(length);
    const count = readSync(this.#fd, buffer, 0, length, this.#offset);
    this.#offset += count;
    const lines = `${this.#rest}${buffer.toString('latin1', 0, count)}`.split('\n');
    // A line without a newline is still being written, or its writer died.
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A descriptor to append to and read from; null when the file is missing and may not be created. */
function open(file: string, mayCreate: boolean): number | null {
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
  try {
    return regular(openSync(file, flags | (mayCreate ? O_CREAT : 0), 0o600));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (!mayCreate) return null;
    makeDirectory(dirname(file), 0o700);
    return regular(openSync(file, flags | O_CREAT, 0o600));
  }
}

/** The descriptor of a regular file: a write to a full pipe would wait without end. */
function regular(fd: number): number {
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error('not a regular file');
}

function removeOlder(path: string, oldestHour: number): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const hour = name.slice(prefix.length);
    if (!/^\d+$/.test(hour) || Number(hour) >= oldestHour) continue;
    try {
      unlinkSync(join(dirname(path), name));
    } catch (error) {
      // Another process deleted it first.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}
