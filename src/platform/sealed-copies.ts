import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeFailure, systemCode, tighten } from './durable-file.ts';
import { type Envelope, type Place, parseEnvelope, type StoreKey, unseal } from './envelope.ts';
import type { SealedRecord } from './ports.ts';

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
 * A sealed file's text, or null when there is none. A mode open to others is tightened.
 *
 * @throws ReventoError `file` when it is there and cannot be read
 */
export function readText(path: string, onLoose: (path: string) => void): string | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw storeFailure('read', path, error);
  }
  try {
    if ((fstatSync(fd).mode & 0o077) !== 0 && tighten(path, 0o600)) onLoose(path);
    return readFileSync(fd, 'utf8');
  } catch (error) {
    throw storeFailure('read', path, error);
  } finally {
    closeSync(fd);
  }
}

/**
 * A copy's text, or null when there is none or it cannot be read: a copy only ever adds to what the file says, and
 * one of the places is open to everybody, so what somebody else put there is passed over.
 */
export function readCopy(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const status = fstatSync(fd);
    return status.isFile() && status.size < 1024 * 1024 ? readFileSync(fd, 'utf8') : null;
  } catch {
    return null;
  } finally {
    closeSync(fd);
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
