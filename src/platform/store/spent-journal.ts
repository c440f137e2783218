import { createHmac } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crashPoint } from '../../ports/crash-point.ts';
import { asOwner } from '../files/as-owner.ts';
import { readOwnFile, removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import type { StoreKey } from '../key/envelope.ts';

/** Nearly four thousand marks a file, and two files: a year of hourly refreshes, four times a refresh token's life. */
const longestBytes = 128 * 1024;

/** Hex digits of a mark: 128 bits. */
const markLength = 32;
const line = new RegExp(`^[+-][0-9a-f]{${markLength}}$`);

/** Which refresh tokens were spent on this machine, whatever the login files say. */
export interface SpentJournal {
  has(key: StoreKey, token: string): boolean;
  /** Marks a token as spent (null for none), and its replacement as live. */
  note(key: StoreKey, spent: string | null, live: string): void;
}

/**
 * The journal beside the key, in `spent` and, once that is full, in `spent.1` and so on, of which the last two are
 * kept. It holds keyed hashes, one per line: `-` marks a token as spent. When a server issues the same text again, the
 * `-` becomes a `+`, in place: that needs no room on the disk, and without it a login that works would be refused.
 *
 * A mark is only appended, after the new tokens are stored: a crash before that omits a mark, but never marks a
 * token that may still work. Processes share the files without a lock, since nothing is rewritten and only the oldest
 * marks are ever removed. Where the files can't be read or written, logins work as they would without them.
 */
export function openSpentJournal(dataDir: string): SpentJournal {
  const pathOf = (turn: number) => join(dataDir, turn === 0 ? 'spent' : `spent.${turn}`);

  /** The numbers of the files that are there, oldest first. */
  const turns = (): number[] =>
    asOwner(dataDir, () => readdirSync(dataDir))
      .flatMap((name) => (name === 'spent' ? [0] : (/^spent\.([1-9]\d{0,8})$/.exec(name)?.slice(1).map(Number) ?? [])))
      .sort((one, other) => one - other);

  const marksIn = (path: string): Mark[] => {
    const found = readOwnFile(path);
    return found?.kind === 'file' ? toMarks(found.bytes.toString('latin1')) : [];
  };

  const append = (text: Buffer): void => {
    makePrivateDirectory(dataDir);
    const existing = turns();
    const last = existing.at(-1) ?? 0;
    let turn = last;
    while (!tryAppend(pathOf(turn), text)) {
      crashPoint('journal-full');
      turn++;
    }
    if (turn > last) for (const old of existing) if (old < last) removeOwnFile(pathOf(old));
  };

  return {
    has(key, token) {
      try {
        const hash = markOf(key, token);
        const marks = turns().flatMap((turn) => marksIn(pathOf(turn)));
        return marks.findLast((mark) => mark.hash === hash)?.isSpent ?? false;
      } catch {
        // Inaccessible: as if there were no journal.
        return false;
      }
    },
    note(key, spent, live) {
      try {
        const hash = markOf(key, live);
        for (const path of turns().map(pathOf)) {
          for (const mark of marksIn(path)) if (mark.isSpent && mark.hash === hash) unmark(path, mark.at);
        }
      } catch {
        // As above.
      }
      if (spent === null) return;
      try {
        // The leading line end separates it from a line that a crash cut off.
        append(Buffer.from(`\n-${markOf(key, spent)}\n`));
      } catch {
        // The login is stored and works; only a restored copy of this state would go unnoticed.
      }
    },
  };
}

/** A line of the journal, and the byte at which it begins. */
interface Mark {
  readonly hash: string;
  readonly isSpent: boolean;
  readonly at: number;
}

function toMarks(text: string): Mark[] {
  const marks: Mark[] = [];
  let at = 0;
  for (const entry of text.split('\n')) {
    if (line.test(entry)) marks.push({ hash: entry.slice(1), isSpent: entry.startsWith('-'), at });
    at += entry.length + 1;
  }
  return marks;
}

function markOf(key: StoreKey, token: string): string {
  return createHmac('sha256', key.bytes)
    .update('spent refresh token\0')
    .update(token)
    .digest('hex')
    .slice(0, markLength);
}

/** Appends to a file of the journal, which is made where there is none; false when it is full. */
function tryAppend(path: string, text: Buffer): boolean {
  return changed(path, constants.O_APPEND | constants.O_CREAT, (fd) => {
    const status = fstatSync(fd);
    if (!status.isFile()) throw new Error('not a regular file');
    if (status.size + text.length > longestBytes) return false;
    writeSync(fd, text);
    return true;
  });
}

function unmark(path: string, at: number): void {
  changed(path, 0, (fd) => writeSync(fd, '+', at, 'latin1'));
}

function changed<Result>(path: string, flags: number, change: (fd: number) => Result): Result {
  const { O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  return asOwner(path, () => {
    const fd = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | flags, 0o600);
    try {
      const result = change(fd);
      fsyncSync(fd);
      return result;
    } finally {
      closeSync(fd);
    }
  });
}
