import { parseRecord } from '../../json/parse.ts';
import { notOurFile, readOwnFile } from '../files/own-file.ts';
import { type Liveness, livenessOf, type ProcessIdentity } from './process-identity.ts';

/** How long the owner of a lock may be silent if its process is not visible. It touches its lock every 10 s. */
const silenceMs = 60_000;

/** Who holds a lock, as written in the lock file. */
export interface Owner extends ProcessIdentity {
  /** Of this acquisition; never used again. */
  readonly id: string;
  /** When it was taken, Unix milliseconds. */
  readonly at: number;
}

/** A lock file as found. */
export interface Found {
  readonly path: string;
  readonly text: string;
  readonly inode: number;
  readonly touchedAtMs: number;
  /** Null for unreadable content: a lock that is not written yet (without hard links), or damaged. */
  readonly owner: Owner | null;
}

/** The content of a lock file that its owner has released but could not remove. */
export const releasedText = 'released\n';

export function toText(owner: Owner): string {
  return `${JSON.stringify(owner)}\n`;
}

/**
 * The lock file at a path, or null without one.
 *
 * @throws ReventoError `file` when something else stands there; the system's error when it cannot be read
 */
export function look(path: string): Found | null {
  const found = readOwnFile(path);
  if (found === null) return null;
  if (found.kind === 'other') throw notOurFile(path, found.what);
  const text = found.bytes.toString('utf8');
  const { ino, mtimeMs } = found.status;
  return { path, text, inode: ino, touchedAtMs: mtimeMs, owner: parseOwner(text) };
}

/** Whether it is still the same file: no process has taken it over, and an owner that was silent has not touched it. */
export function isUnchanged(found: Found): boolean {
  const now = look(found.path);
  return now !== null && now.inode === found.inode && now.text === found.text && now.touchedAtMs === found.touchedAtMs;
}

/** Whether the owner runs, as far as known. */
export function judge(found: Found, self: ProcessIdentity, nowMs: number): Liveness {
  return found.owner === null ? 'unknown' : livenessOf(found.owner, found.touchedAtMs, self, nowMs);
}

/** Whether a lock may be taken from its owner: never from a live one. */
export function isAbandoned(found: Found, self: ProcessIdentity, nowMs: number): boolean {
  if (found.text === releasedText) return true;
  const liveness = judge(found, self, nowMs);
  if (liveness !== 'unknown') return liveness === 'dead';
  const silentMs = nowMs - found.touchedAtMs;
  // A time that far ahead of ours means a clock that was set back, not a live owner.
  return silentMs > silenceMs || silentMs < -silenceMs;
}

function parseOwner(text: string): Owner | null {
  const record = parseRecord(text);
  if (record === null) return null;
  const { id, pid, start, host, boot, pidns, at } = record;
  if (typeof id !== 'string' || !/^[0-9a-f]{1,64}$/.test(id)) return null;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof at !== 'number') return null;
  if (![start, host, boot, pidns].every((field) => typeof field === 'string')) return null;
  return record as unknown as Owner;
}
