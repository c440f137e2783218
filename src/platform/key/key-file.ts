import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import { asOwner } from '../files/as-owner.ts';
import { createFile, syncDirectory } from '../files/durable-file.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import { type OwnFile, readOwnFile, removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { isKey, newKey } from './envelope.ts';

export function keyFilePath(dataDir: string): string {
  return join(dataDir, 'key');
}

/**
 * The key in the file, or null without a file.
 *
 * @throws ReventoError `store_key` when it is not 32 bytes or others may read it, `file`
 */
export function readKeyFile(path: string): Uint8Array | null {
  return asOwner(path, () => {
    const found = readKey(path);
    if (found === null) return null;
    if (found.kind === 'other') throw damagedKey(path, `it is ${found.what}`);
    if (!isKey(found.bytes)) throw damagedKey(path, `it has ${found.bytes.length} bytes, not 32`);
    if (process.platform !== 'win32') refuseIfShared(path, found.status.mode, found.status.uid);
    return found.bytes;
  });
}

function readKey(path: string): OwnFile | null {
  try {
    return readOwnFile(path);
  } catch (error) {
    throw storeFailure('read the key file', path, error);
  }
}

function damagedKey(path: string, why: string): ReventoError {
  return new ReventoError('store_key', `The key file ${path} is damaged: ${why}.`, {
    hint: 'restore it from a backup; without it, log in again and set the secrets again',
  });
}

function refuseIfShared(path: string, mode: number, uid: number): void {
  const self = process.geteuid?.();
  if (uid !== self) {
    throw new ReventoError('store_key', `The key file ${path} belongs to another user (uid ${uid}).`, {
      hint: `run: sudo chown ${self} ${shellWord(path)}`,
    });
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw new ReventoError('store_key', `The key file ${path} is open to other users (mode ${shown}).`, {
      hint: `run: chmod 600 ${shellWord(path)}`,
    });
  }
}

/**
 * The key in the file, made first where there is none. Of any number of processes that do this at once one makes
 * the key and all use it: it appears under its name only when it is whole, and never replaces another.
 *
 * @param onLoose  called with a directory that was open to others and no longer is
 * @throws ReventoError `store_key`, `disk_full`, `file`
 */
export function createKeyFile(path: string, onLoose: (directory: string) => void): Uint8Array {
  const directory = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (makePrivateDirectory(directory)) onLoose(directory);
    createFile(temporary, newKey());
    crashPoint('key-before-link');
    asOwner(path, () => linkIfAbsent(temporary, path));
    syncDirectory(directory);
  } catch (error) {
    throw storeFailure('make the key file', path, error);
  } finally {
    removeOwnFile(temporary);
  }
  const bytes = readKeyFile(path);
  if (bytes === null) throw new ReventoError('file', `The key file ${path} disappeared while it was being made.`);
  return bytes;
}

function linkIfAbsent(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(code)) throw error;
    // Without hard links (exFAT, some network mounts): an exclusive create is the next best, though less atomic.
    try {
      createFile(path, readFileSync(temporary));
    } catch (taken) {
      if (systemCode(taken) !== 'EEXIST') throw taken;
    }
  }
}
