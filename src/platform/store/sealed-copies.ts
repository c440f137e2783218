import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  /** The pre-allocated successor: renamed onto the file, it is the file. */
  readonly next: string;
  /** Last resorts, in this order, when the successor could not be written. */
  readonly rescues: readonly string[];
}

/**
 * @param rescueDirectories  where to turn when the file's own directory takes no more writes; may be shared with
 *   other users, since what is put there is sealed and authentic or nothing
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
 * A sealed file's text, or null when there is none; empty for what is not a file, in which nothing is sealed. A mode
 * open to others is tightened.
 *
 * @throws ReventoError `file` when it is there and cannot be read
 */
export function readText(path: string, onLoose: (path: string) => void): string | null {
  try {
    const found = readOwnFile(path);
    if (found === null) return null;
    // Everything else a login replaces.
    if (found.kind === 'other' && found.what === 'a directory') throw notOurFile(path, found.what);
    if (found.kind === 'other') return '';
    if ((found.status.mode & 0o077) !== 0 && tighten(path, 0o600)) onLoose(path);
    return found.bytes.toString('utf8');
  } catch (error) {
    throw storeFailure('read', path, error);
  }
}

/**
 * A copy's text, or null when there is none or it cannot be read: a copy only ever adds to what the file says, and
 * one of the places is open to everybody, so what somebody else put there is skipped.
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

/** The text that a record is sealed from. */
export function recordText(content: SealedRecord['content'], generation: number): string {
  return JSON.stringify({ v: 1, gen: generation, ...content });
}

/** Null when there is no text, or it is not a sealed one. */
export function envelopeIn(text: string | null): Envelope | null {
  return text === null ? null : parseEnvelope(text);
}

/** The newest of a file and its copies, and whether it has yet to be put in the file's place. */
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
    // A copy has the file's key or is not its copy; only where the file does not tell is the key looked for.
    const key = own === null ? await keys.find(copy.key) : keys.loaded(copy.key.id);
    const record = key && openRecord(copy, key, place);
    if (record !== null && record.generation > (best?.record.generation ?? -1)) best = { record, isCopy: true };
  }
  return best;
}

/**
 * What writes of a file left that were cut short: sealed like the file, perhaps whole. Never throws.
 *
 * To be removed only with the file's lock held: until then one of them may be a write that goes on.
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
      // Not ours, in a directory that others write to as well; or ours and stuck, and then older than the file.
    }
  }
}

/**
 * Puts an answer that must not get lost into the first place that takes it.
 *
 * @param file  whose copy it is: it belongs to the same user
 * @returns where, or null when none did. Never throws.
 */
export function rescue(bytes: Uint8Array, file: string, places: readonly string[]): string | null {
  for (const path of places) {
    try {
      crashPoint('rescue-before-write');
      asOwner(file, () => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        rmSync(path, { force: true });
        createFile(path, bytes);
        syncDirectory(dirname(path));
      });
      return path;
    } catch {
      // The next place may do; that all of them failed is reported by the caller.
    }
  }
  return null;
}
