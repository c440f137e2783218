import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { Binding, Commit, Remedies, SealedFile, SealedRecord } from '../../ports/store.ts';
import { createFile, overwriteFile, renameDurably, replaceFile, syncDirectory } from '../files/durable-file.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import { removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory, tighten } from '../files/private-directory.ts';
import { type Place, type StoreKey, seal } from '../key/envelope.ts';
import type { KeySources, SealedBy } from '../key/key-source.ts';
import type { Locks } from '../lock/lock.ts';
import {
  type CopyPaths,
  cutShort,
  envelopeIn,
  type Newest,
  newestCopy,
  openRecord,
  readCopy,
  readText,
  recordText,
  removeCopies,
  rescue,
} from './sealed-copies.ts';
import type { SpentJournal } from './spent-journal.ts';

/** A new record may be longer than the one it follows by this much and still fit into the space reserved for it. */
const reserveBytes = 4096;

interface SealedFileOptions {
  readonly place: Place;
  readonly paths: CopyPaths;
  readonly lockPath: string;
  readonly remedies: Remedies;
  readonly keys: KeySources;
  readonly locks: Locks;
  readonly journal: SpentJournal;
  readonly sealedFiles: () => readonly SealedBy[];
  /** The failure where the path leads to what has another name; null where it does not. */
  readonly sharing: () => ReventoError | null;
  /** Called with the lock held, to remove leftovers of earlier crashes. */
  readonly sweep: () => void;
  readonly now: () => number;
  readonly notice: (text: string) => void;
}

/** One sealed file; the port documents its methods. */
export function openSealedFile(options: SealedFileOptions): SealedFile & {
  /** Seals the record again with the key of another source. Needs the lock. */
  reseal(from: SealedRecord, key: StoreKey): SealedRecord;
} {
  const { place, paths, lockPath, remedies, keys, locks, journal, sealedFiles, sharing, sweep, now, notice } = options;
  const { file, next, rescues } = paths;
  const loosened = (path: string): void => notice(`warning: ${path} was open to other users; permissions fixed`);

  const damaged = (): ReventoError => {
    const shared = sharing();
    if (shared !== null) return shared;
    const message = `${file} is damaged, or was copied from elsewhere; it was left unchanged.`;
    return new ReventoError('store_corrupt', message, { hint: remedies.replace });
  };

  const newest = async (): Promise<Newest | null> => {
    const text = readText(file, loosened);
    if (text === null) return null;
    for (const directory of [dirname(file), dirname(dirname(file))]) if (tighten(directory, 0o700)) loosened(directory);
    const found = await newestCopy(text, paths, place, keys).catch((error: unknown) => {
      throw withGiveUp(error, remedies);
    });
    if (found === null) throw damaged();
    return found;
  };

  const isOthers = async (): Promise<boolean> => sharing() !== null && (await newest().catch(() => null)) === null;

  const requireOwn = async (): Promise<void> => {
    const shared = sharing();
    if (shared !== null && (await isOthers())) throw shared;
  };

  const keyOf = (record: SealedRecord): StoreKey => {
    const key = keys.loaded(record.keyId);
    if (key === null) throw new ReventoError('internal', 'a record was written before it was read');
    return key;
  };

  const sealed = (key: StoreKey, binding: Binding, content: SealedRecord['content'], generation: number) => ({
    record: { content, binding, generation, source: key.source, keyId: key.id } satisfies SealedRecord,
    bytes: Buffer.from(seal(key, place, binding, recordText(content, generation)), 'utf8'),
  });

  const replace = (
    key: StoreKey,
    binding: Binding,
    content: SealedRecord['content'],
    generation: number,
  ): SealedRecord => {
    const { record, bytes } = sealed(key, binding, content, generation);
    try {
      replaceFile(file, bytes, () => crashPoint('intent-before-rename'));
    } catch (error) {
      throw storeFailure('write', file, error);
    }
    return record;
  };

  const hasTrace = (): boolean =>
    [file, next, ...rescues].some((path) => existsSync(path)) || cutShort(file).length > 0;

  return {
    path: file,
    read: async () => (await newest())?.record ?? null,

    stamp() {
      if ([next, ...rescues].some((path) => existsSync(path))) return null;
      try {
        const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
        return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      } catch {
        // Missing or inaccessible; reading it tells which.
        return null;
      }
    },

    async lock(lockOptions) {
      try {
        if (makePrivateDirectory(dirname(file))) loosened(dirname(file));
      } catch (error) {
        throw storeFailure('make the directory of', file, error);
      }
      const held = await locks.acquire(lockPath, lockOptions);
      try {
        sweep();
      } catch (error) {
        held.release();
        throw error;
      }
      return held;
    },

    async settle() {
      const found = await newest();
      if (found === null && sharing() !== null) return null;
      let record = found?.record ?? null;
      if (record !== null && found?.isCopy) {
        record = replace(keyOf(record), record.binding, record.content, record.generation);
      }
      removeCopies(paths);
      return record;
    },

    peek() {
      const envelope = envelopeIn(readText(file, loosened));
      const key = envelope && keys.loaded(envelope.key.id);
      return envelope && key ? openRecord(envelope, key, place) : null;
    },

    reserve() {
      removeOwnFile(next);
      try {
        const size = (readText(file, loosened)?.length ?? 0) + reserveBytes;
        // Random: a file system that compresses would give zeros no space at all.
        createFile(next, randomBytes(size));
      } catch (error) {
        throw storeFailure('reserve space for', file, error);
      }
      crashPoint('reserved');
    },

    unreserve() {
      // Once written it is a copy like any other, perhaps the only one.
      if (envelopeIn(readCopy(next)) === null) removeOwnFile(next);
    },

    rewrite: (from, content) => replace(keyOf(from), from.binding, content, from.generation + 1),

    commit(from, content): Commit {
      const { record, bytes } = sealed(keyOf(from), from.binding, content, from.generation + 1);
      try {
        crashPoint('commit-before-write');
        overwriteFile(next, bytes);
        crashPoint('commit-before-rename');
        renameDurably(next, file);
        crashPoint('commit-renamed');
        return { outcome: 'saved', record };
      } catch (error) {
        const reason = systemCode(error) || 'unknown error';
        const path = rescue(bytes, file, rescues);
        return path === null ? { outcome: 'lost', reason } : { outcome: 'rescued', record, path, reason };
      }
    },

    isOthers,

    requireOwn,

    async rehearse() {
      await requireOwn();
      await keys.checkForNew(keys.choice(), sealedFiles());
      const trial = `${file}.${randomBytes(6).toString('hex')}.tmp`;
      try {
        createFile(trial, randomBytes(reserveBytes));
      } catch (error) {
        throw storeFailure('write', file, error);
      } finally {
        removeOwnFile(trial);
      }
    },

    async create(binding, content) {
      await requireOwn();
      const others = sealedFiles();
      const key = await keys.forNew(keys.choice(), others);
      // A new login replaces a damaged one.
      const present = await newest().catch(() => null);
      // An unreadable file may have any generation; the time in milliseconds is above all counted ones.
      const isUnread = present === null && existsSync(file);
      const record = replace(
        key,
        binding,
        content,
        Math.max(present?.record.generation ?? 0, isUnread ? now() : 0) + 1,
      );
      removeCopies(paths);
      return record;
    },

    wasSpent: (from, token) => journal.has(keyOf(from), token),

    noteSpent: (from, spent, live) => journal.note(keyOf(from), spent, live),

    reseal: (from, key) => replace(key, from.binding, from.content, from.generation + 1),

    hasTrace,

    remove() {
      const hadAny = hasTrace();
      // The file last: after an interruption here, the login is still listed and can be removed again.
      try {
        for (const path of cutShort(file)) removeOwnFile(path);
        removeCopies(paths);
        removeOwnFile(file);
        if (hadAny) syncDirectory(dirname(file));
      } catch (error) {
        throw storeFailure('remove', file, error);
      }
      return hadAny;
    },
  };
}

/** Adds the remedy for a lost key, which would otherwise need a backup. */
function withGiveUp(error: unknown, { giveUp }: Remedies): unknown {
  if (!(error instanceof ReventoError) || error.code !== 'store_key') return error;
  const hint = [error.facts.hint, giveUp].filter((part) => part !== undefined).join('; or, ');
  return new ReventoError(error.code, error.message, { ...error.facts, hint }, { cause: error });
}
