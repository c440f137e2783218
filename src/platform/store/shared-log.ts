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
/** Two files hardly have the same so far into them: each line has a time. */
const comparedBytes = 64;

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
  /** The hour in which older files were last removed. */
  let sweptHour = 0;

  const tailOf = (hour: number): Tail => {
    const tail = tails.get(hour) ?? new Tail(`${path}.${hour}`);
    tails.set(hour, tail);
    return tail;
  };

  /** Lines of the last hour, then of this one, the given line among them. */
  const share = (line: string | null): string[] => {
    const lines: string[] = [];
    for (;;) {
      const hour = Math.floor(clock.now() / hourMs);
      const current = tailOf(hour).exchange(line);
      if (line !== null && sweptHour !== hour) removeOlder(path, hour - 1);
      if (line !== null) sweptHour = hour;
      lines.push(...tailOf(hour - 1).exchange(null), ...current);
      for (const old of tails.keys()) if (old < hour - 1) tails.delete(old);
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

/**
 * The part of a file that was not read yet. The file is open only while it is used: one that others hold open cannot be
 * removed on Windows, and elsewhere lines would still go to one that was removed.
 */
class Tail {
  readonly #file: string;
  #offset = 0;
  /** The last bytes before the offset. Where others are, a new file has taken the place of the one that was read. */
  #before = Buffer.alloc(0);
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** Appends a line, if one is given; gives what is new in the file. */
  exchange(line: string | null): string[] {
    const fd = open(this.#file, line !== null);
    if (fd === null) return [];
    try {
      if (line !== null) writeSync(fd, `${line}\n`);
      return this.#read(fd);
    } finally {
      closeSync(fd);
    }
  }

  #read(fd: number): string[] {
    const { size } = fstatSync(fd);
    const known = this.#before.length;
    if (known === 0 || !readFrom(fd, this.#offset - known, known).equals(this.#before)) {
      this.#offset = Math.max(0, size - longestReadBytes);
      this.#before = Buffer.alloc(0);
      this.#rest = '';
    }
    const bytes = readFrom(fd, this.#offset, Math.max(0, size - this.#offset));
    this.#offset += bytes.length;
    this.#before = Buffer.from(Buffer.concat([this.#before, bytes]).subarray(-comparedBytes));
    const lines = `${this.#rest}${bytes.toString('latin1')}`.split('\n');
    // A line without a newline is still being written, or its writer died.
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function readFrom(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
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
