import { createHmac } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asOwner } from '../files/as-owner.ts';
import { replaceFile } from '../files/durable-file.ts';
import { readOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import type { StoreKey } from '../key/envelope.ts';

/** Some seven thousand marks: a year of hourly refreshes, four times as long as a refresh token lives. */
const longestBytes = 256 * 1024;

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
 * The journal beside the key. It holds keyed hashes, one per line: `-` marks a token as spent, `+` unmarks it for a
 * server that issued the same text again. The last line about a token counts.
 *
 * It is only appended to, after the new tokens are stored: a crash before that omits a mark, but never marks a
 * token that may still work. Where it can't be read or written, logins work as they would without it.
 */
export function openSpentJournal(dataDir: string): SpentJournal {
  const path = join(dataDir, 'spent');

  const linesIn = (): string[] => {
    try {
      const found = readOwnFile(path);
      return found?.kind === 'file'
        ? found.bytes
            .toString('latin1')
            .split('\n')
            .filter((text) => line.test(text))
        : [];
    } catch {
      // Inaccessible: as if there were no journal.
      return [];
    }
  };
  const isMarked = (lines: readonly string[], mark: string): boolean =>
    lines.findLast((text) => text.endsWith(mark))?.startsWith('-') ?? false;

  return {
    has: (key, token) => isMarked(linesIn(), markOf(key, token)),
    note(key, spent, live) {
      const before = linesIn();
      const added = spent === null ? [] : [`-${markOf(key, spent)}`];
      if (isMarked(before, markOf(key, live))) added.push(`+${markOf(key, live)}`);
      if (added.length === 0) return;
      try {
        makePrivateDirectory(dirname(path));
        const bytes = (before.length + added.length) * (markLength + 2);
        if (bytes <= longestBytes) append(path, added);
        else replaceFile(path, textOf([...before.slice(before.length / 2), ...added]));
      } catch {
        // The login is stored and works; only a restored copy of this state would go unnoticed.
      }
    },
  };
}

function markOf(key: StoreKey, token: string): string {
  return createHmac('sha256', key.bytes)
    .update('spent refresh token\0')
    .update(token)
    .digest('hex')
    .slice(0, markLength);
}

/** The leading line end separates it from a line that a crash cut off. */
function textOf(lines: readonly string[]): Buffer {
  return Buffer.from(`\n${lines.join('\n')}\n`);
}

function append(path: string, lines: readonly string[]): void {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  asOwner(path, () => {
    const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    try {
      writeSync(fd, textOf(lines));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}
