import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../../files/directory.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { SealedRecord } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { createFile, syncDirectory, temporaryEnding } from '../files/durable-file.ts';
import { storeFailure } from '../files/file-failure.ts';
import { notOurFile, readOwnFile, removeOwnFile } from '../files/own-file.ts';
import { tighten } from '../files/private-directory.ts';
import { type Envelope, type Place, parseEnvelope, type StoreKey, unseal } from '../key/envelope.ts';
import type { KeySources } from '../key/key-source.ts';

/** Where the copies of one sealed file may be. */
export interface CopyPaths {
  readonly file: string;
  /** The pre-allocated successor, which is renamed to the file. */
  readonly next: string;
  /** Last resorts, in this order, when the successor could not be written. */
  readonly rescues: readonly string[];
}

/**
 * @param rescueDirectories  directories to use when the file's own one cannot be written; may be shared with
 *   other users, because copies are encrypted and authenticated
 */
export function copyPaths(file: string, rescueDirectories: readonly string[]): CopyPaths {
  // Named after the whole path: other configurations have files of the same name.
  const name = `revento-${createHash('sha256').update(file).digest('hex').slice(0, 32)}.rescue`;
  return {
    file,
    next: `${file}.next`,
    rescues: [`${file}.rescue`, ...rescueDirectories.map((directory) => join(directory, name))],
  };
}

/**
 * The text of a sealed file, or null without one; empty for anything but a file. A mode
 * open to others is tightened.
 *
 * @throws ReventoError `file` when it is there and cannot be read
 */
export function readText(path: string, onLoose: (path: string) => void): string | null {
  try {
    const found = readOwnFile(path);
    if (found === null) return null;
    // A login replaces everything else.
    if (found.kind === 'other' && found.what === 'a directory') throw notOurFile(path, found.what);
    if (found.kind === 'other') return '';
    if ((found.status.mode & 0o077) !== 0 && tighten(path, 0o600)) onLoose(path);
    return found.bytes.toString('utf8');
  } catch (error) {
    throw storeFailure('read', path, error);
  }
}

/**
 * The text of a copy, or null when it is missing or unreadable: a copy only adds to the file, and
 * one of the places is open to everyone, so files of other users are skipped.
 */
export function readCopy(path: string): string | null {
  try {
    const found = readOwnFile(path);
    return found?.kind === 'file' ? found.bytes.toString('utf8') : null;
  } catch {
    return null;
  }
}

/**
 * The record in an envelope, or null when it is not authentic here.
 *
 * Never throws.
 */
export function openRecord(envelope: Envelope, key: StoreKey, place: Place): SealedRecord | null {
  const text = unseal(envelope, key, place);
  if (text === null) return null;
  const { v, gen, ...content } = JSON.parse(text) as Record<string, unknown>;
  if (v !== 1 || typeof gen !== 'number' || !Number.isSafeInteger(gen)) return null;
  return { content, binding: envelope.binding, generation: gen, source: key.source, keyId: key.id };
}

export function recordText(content: SealedRecord['content'], generation: number): string {
  return JSON.stringify({ v: 1, gen: generation, ...content });
}

/** Null when there is no text, or it is not a sealed one. */
export function envelopeIn(text: string | null): Envelope | null {
  return text === null ? null : parseEnvelope(text);
}

/** The newest of a file and its copies, and whether it still has to replace the file. */
export interface Newest {
  readonly record: SealedRecord;
  readonly isCopy: boolean;
}

/**
 * The newest whole record among a file and its copies, or null when the file is damaged and no copy is whole.
 *
 * @param text  what the file holds
 * @throws ReventoError `store_key`
 */
export async function newestCopy(
  text: string,
  { next, rescues }: CopyPaths,
  place: Place,
  keys: KeySources,
): Promise<Newest | null> {
  const envelope = envelopeIn(text);
  const own = envelope && openRecord(envelope, await keys.find(envelope.key), place);
  let best: Newest | null = own && { record: own, isCopy: false };
  for (const path of [next, ...rescues]) {
    const copy = envelopeIn(readCopy(path));
    if (copy === null) continue;
    // A copy has the same key as its file; the key is searched only if the file does not name it.
    const key = own === null ? await keys.find(copy.key) : keys.loaded(copy.key.id);
    const record = key && openRecord(copy, key, place);
    if (record !== null && record.generation > (best?.record.generation ?? -1)) best = { record, isCopy: true };
  }
  return best;
}

/**
 * Leftovers of interrupted writes of a file: sealed like the file, perhaps complete. Never throws.
 *
 * Remove them only while holding the file's lock: otherwise one of them may be a write in progress.
 */
export function cutShort(file: string): string[] {
  const name = basename(file);
  try {
    return asOwner(file, () => readdirSync(dirname(file)))
      .filter((entry) => entry.startsWith(`${name}.`) && temporaryEnding.test(entry.slice(name.length)))
      .map((entry) => join(dirname(file), entry));
  } catch {
    // No directory, no file.
    return [];
  }
}

/** Removes every copy of a file. */
export function removeCopies({ next, rescues }: CopyPaths): void {
  removeOwnFile(next);
  for (const path of rescues) {
    try {
      removeOwnFile(path);
    } catch {
      // Another user's, in a shared directory; or ours and undeletable, and then older than the file.
    }
  }
}

/**
 * Writes an answer that must not get lost to the first place that works.
 *
 * @param file  the original, whose owner the copy gets
 * @returns where, or null when none did. Never throws.
 */
export function rescue(bytes: Uint8Array, file: string, places: readonly string[]): string | null {
  for (const path of places) {
    try {
      crashPoint('rescue-before-write');
      asOwner(file, () => {
        makeDirectory(dirname(path), 0o700);
        rmSync(path, { force: true });
        createFile(path, bytes);
        syncDirectory(dirname(path));
      });
      return path;
    } catch {
      // The next place may work; the caller reports when all of them failed.
    }
  }
  return null;
}
