import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { HeldLock, SealedLog } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { renameDurably, replaceFile } from '../files/durable-file.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import { readOwnFile, removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory, tighten } from '../files/private-directory.ts';
import { type Place, parseEnvelope, type StoreKey, seal, unseal } from '../key/envelope.ts';
import type { KeySources } from '../key/key-source.ts';
import { cutShort } from './sealed-copies.ts';

/** In bytes. A thousand deliveries and a hundred thousand changes take about a hundred megabytes. */
const maxBytes = 512 * 1024 * 1024;
/** The purpose a log is sealed for, instead of a server. */
const binding = { authBase: '', clientId: '' };

interface SealedLogOptions {
  readonly place: Place;
  readonly path: string;
  /** Held until the log is released. */
  readonly lock: HeldLock;
  readonly keys: KeySources;
  /** The key for new records. */
  readonly key: StoreKey;
}

/**
 * Opens a sealed log; the port documents its methods.
 *
 * Every line is an envelope. Sealed in it are the number of the line and a random id, which each writing of the whole
 * file makes new: a line that was taken out, or comes from an earlier file, is noticed. A line without its end is a
 * write that was cut short, and counts as not written.
 */
export function openSealedLog({ place, path, lock, keys, key }: SealedLogOptions): SealedLog {
  let fd: number | null = null;
  let run = '';
  let lines = 0;
  let wholeBytes = 0;
  let goodBytes = 0;
  /** A removed log, perhaps with its profile, must not come back. */
  let isRemoved = false;
  for (const left of cutShort(path)) removeOwnFile(left);

  const lineOf = (text: string): Buffer =>
    Buffer.from(seal(key, place, binding, JSON.stringify({ run, line: lines, text })), 'utf8');

  const requireThere = (): void => {
    if (isRemoved) throw new ReventoError('file', `${path} was removed`);
  };

  const close = (): void => {
    if (fd !== null) closeSync(fd);
    fd = null;
  };

  /** The descriptor to append with; first cuts off an incomplete last line. */
  const appending = (): number => {
    if (fd !== null) return fd;
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    fd = asOwner(path, () => openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK));
    if (fstatSync(fd).size > goodBytes) ftruncateSync(fd, goodBytes);
    return fd;
  };

  const write = (to: number, bytes: Buffer): void => {
    isRemoved ||= fstatSync(to).nlink === 0;
    requireThere();
    crashPoint('log-before-append');
    for (let offset = 0; offset < bytes.length; ) {
      const written = writeSync(to, bytes, offset);
      if (written <= 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
      offset += written;
    }
  };

  return {
    path,

    get wholeBytes() {
      return wholeBytes;
    },

    get changedBytes() {
      return goodBytes - wholeBytes;
    },

    async read() {
      const found = readFile(path);
      if (found === null) return null;
      if ('problem' in found) return { texts: [], problem: found.problem };
      const { bytes } = found;
      const texts: string[] = [];
      for (let start = 0, end = bytes.indexOf(10); end !== -1; start = end + 1, end = bytes.indexOf(10, start)) {
        const envelope = parseEnvelope(bytes.toString('utf8', start, end + 1));
        const opened = envelope && unseal(envelope, await keys.find(envelope.key), place);
        const { run: itsRun, line, text } = parseRecord(opened ?? '') ?? {};
        const isNext = typeof text === 'string' && line === texts.length && (line === 0 || itsRun === run);
        if (!isNext) return { texts, problem: `line ${texts.length + 1} is damaged` };
        run = String(itsRun);
        texts.push(text);
        lines = texts.length;
        goodBytes = end + 1;
        if (lines === 1) wholeBytes = goodBytes;
      }
      return texts.length === 0 ? { texts, problem: 'it has no whole line' } : { texts, problem: null };
    },

    append(text, isDurable) {
      const bytes = lineOf(text);
      try {
        const to = appending();
        write(to, bytes);
        if (isDurable) fdatasyncSync(to);
        crashPoint('log-appended');
      } catch (error) {
        cutBack(fd, goodBytes);
        close();
        throw storeFailure('write', path, error);
      }
      lines++;
      goodBytes += bytes.length;
    },

    replace(text) {
      close();
      requireThere();
      const before = { run, lines };
      try {
        makePrivateDirectory(dirname(path));
        run = randomBytes(12).toString('hex');
        lines = 0;
        const bytes = lineOf(text);
        replaceFile(path, bytes, () => crashPoint('log-before-rename'));
        crashPoint('log-replaced');
        wholeBytes = goodBytes = bytes.length;
        lines = 1;
      } catch (error) {
        ({ run, lines } = before);
        throw storeFailure('write', path, error);
      }
    },

    setAside() {
      close();
      let number = 1;
      while (existsSync(`${path}.damaged-${number}`)) number++;
      const aside = `${path}.damaged-${number}`;
      try {
        renameDurably(path, aside);
      } catch (error) {
        throw storeFailure('move aside', path, error);
      }
      return aside;
    },

    release() {
      close();
      lock.release();
    },
  };
}

/** The bytes of the file, or why it is unreadable; null without a file. */
function readFile(path: string): { readonly bytes: Buffer } | { readonly problem: string } | null {
  try {
    const found = readOwnFile(path, { maxBytes });
    if (found === null) return null;
    if (found.kind === 'other') return { problem: `it is ${found.what}` };
    tighten(path, 0o600);
    return { bytes: found.bytes };
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof ReventoError || code === '') throw error;
    return { problem: `it cannot be read (${code})` };
  }
}

/** Removes a partial line. If that fails too, the line lacks a valid end and is not read. */
function cutBack(fd: number | null, bytes: number): void {
  if (fd === null) return;
  try {
    ftruncateSync(fd, bytes);
  } catch {
    // The next write starts with a whole file.
  }
}
