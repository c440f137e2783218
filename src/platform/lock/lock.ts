import { randomBytes, randomInt } from 'node:crypto';
import { linkSync, rmSync, statSync, utimesSync } from 'node:fs';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { HeldLock } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { createPassingFile, overwriteFile, renameOver } from '../files/durable-file.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import { removeOwnFile } from '../files/own-file.ts';
import { type Found, isAbandoned, isUnchanged, look, type Owner, releasedText, toText } from './lock-record.ts';
import { heartbeatMs, ownIdentity } from './process-identity.ts';

/** Longer than the token endpoint may take to answer, so a slow refresh of another process is waited for. */
const waitLimitMs = 30_000;

/** Random between these, so that waiters do not retry at the same moment. */
const pollMs = { min: 5, max: 60 } as const;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface Locks {
  /**
   * Waits for a lock file of this path, in an existing directory, and holds it. Between processes and, where
   * directories are shared, between machines. Never taken from a running process.
   *
   * @throws ReventoError `lock_timeout`, naming the holder; `interrupted`; `disk_full`; `file`
   */
  acquire(path: string, options?: LockOptions): Promise<HeldLock>;
  /** Runs `work` while the lock is held. */
  exclusive<Result>(path: string, work: () => Promise<Result>, options?: LockOptions): Promise<Result>;
}

/** Locks between processes, as files that name their owner. */
export function createLocks(clock: Clock): Locks {
  const acquire: Locks['acquire'] = async (path, { signal, timeoutMs = waitLimitMs } = {}) => {
    const startedAtMs = clock.monotonic();
    const self = ownIdentity();
    for (;;) {
      const owner: Owner = { id: randomBytes(8).toString('hex'), ...self, at: clock.now() };
      let blocking: Found | null;
      try {
        const chain = follow(path);
        blocking = chain.at(-1) ?? null;
        const isOurs =
          blocking === null
            ? place(path, owner)
            : isAbandoned(blocking, self, clock.now()) && succeed(path, chain, owner);
        if (isOurs) {
          crashPoint('lock-taken');
          return hold(path, owner);
        }
      } catch (error) {
        throw storeFailure('lock', path, error);
      }
      if (clock.monotonic() - startedAtMs >= timeoutMs) throw timeout(path, blocking, clock.now());
      crashPoint('lock-waiting');
      await pause(clock, signal);
    }
  };
  return {
    acquire,
    async exclusive(path, work, options) {
      const lock = await acquire(path, options);
      try {
        return await work();
      } finally {
        lock.release();
      }
    },
  };
}

/** Makes a lock file that appears only when complete; false when the name is taken. */
function place(path: string, owner: Owner): boolean {
  const temporary = `${path}.${owner.id}`;
  return asOwner(path, () => {
    createPassingFile(temporary, Buffer.from(toText(owner)));
    try {
      linkSync(temporary, path);
      return true;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') return false;
      // A network file system may lose the answer of a link that was made: the second name tells.
      if (statSync(temporary).nlink === 2) return true;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(code)) throw error;
      return placeWithoutLinks(path, owner);
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}

function placeWithoutLinks(path: string, owner: Owner): boolean {
  try {
    createPassingFile(path, Buffer.from(toText(owner)));
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The lock file, then the process that has begun to take it over, then the one that has begun to take over from that
 * one. The last one is the owner. Empty when the lock is free.
 */
function follow(path: string): Found[] {
  const chain: Found[] = [];
  for (let found = look(path); found !== null; found = look(successorPath(path, found))) chain.push(found);
  return chain;
}

/** Owner ids are never used twice, so neither is this name. */
function successorPath(path: string, found: Found): string {
  return `${path}.after-${found.owner?.id ?? `x${found.inode}`}`;
}

/**
 * Takes a lock over from an abandoned owner.
 *
 * Judging a lock abandoned and removing it are two steps, and between them it may have changed hands: a process that
 * simply unlinks it may unlink a live one. So the right to take over from one certain owner is itself a file that
 * can be made only once. Its maker alone replaces the lock, by renaming that file onto it. If it dies before
 * that, the next one takes over from it in the same way; if it sleeps, everybody waits, as for any live owner.
 *
 * @returns false when another process was first
 */
function succeed(path: string, chain: readonly Found[], owner: Owner): boolean {
  const successors = chain.map((found) => successorPath(path, found));
  const right = successors.at(-1) as string;
  if (!place(right, owner)) return false;
  crashPoint('lock-succeeding');
  // The right may be one that was used up long ago, and free again since: then the lock is no longer what it was.
  if (!chain.every(isUnchanged)) {
    removeOwnFile(right);
    return false;
  }
  renameOver(right, path);
  for (const used of successors.slice(0, -1)) removeOwnFile(used);
  return true;
}

function hold(path: string, owner: Owner): HeldLock {
  const text = toText(owner);
  const isHeld = (): boolean => look(path)?.text === text;
  const heartbeat = setInterval(() => {
    try {
      if (isHeld()) asOwner(path, () => utimesSync(path, new Date(), new Date()));
    } catch {
      // A missed touch does not matter: others wait much longer.
    }
  }, heartbeatMs);
  heartbeat.unref();
  return {
    isHeld,
    release() {
      clearInterval(heartbeat);
      try {
        if (isHeld()) removeOwnFile(path);
      } catch {
        markReleased(path);
      }
    },
  };
}

/** In a read-only directory no file can be removed, but the content of this one can still be changed. */
function markReleased(path: string): void {
  try {
    overwriteFile(path, Buffer.from(releasedText));
  } catch {
    // Then the lock stays until this process ends, which frees it: the guarded work is done and must not fail now.
  }
}

async function pause(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(randomInt(pollMs.min, pollMs.max), signal);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new ReventoError('interrupted', 'Interrupted while waiting for another revento process.');
  }
}

function timeout(path: string, blocking: Found | null, nowMs: number): ReventoError {
  const owner = blocking?.owner;
  if (!owner) return new ReventoError('lock_timeout', `Timed out waiting for the lock ${path}.`);
  const seconds = Math.max(0, Math.round((nowMs - owner.at) / 1000));
  return new ReventoError(
    'lock_timeout',
    `Another revento (pid ${owner.pid} on ${owner.host}) has held ${path} for ${seconds} s.`,
    { hint: `wait for it or end it, then run the same command again` },
  );
}
