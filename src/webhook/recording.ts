import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { ReventoError } from '../errors/revento-error.ts';
import { requireBaseOf } from '../files/current-directory.ts';
import { readUserFile } from '../files/user-file.ts';
import { isRecord, type JsonRecord, parseJson } from '../json/parse.ts';
import { decodeLoosely } from '../text/input.ts';
import { FileKeys } from './file-key.ts';
import { type Recorded, readLine } from './recorded-line.ts';

/** What a recording holds. */
export interface Recording {
  readonly deliveries: readonly Recorded[];
  /** One sentence for each reason why lines were skipped. */
  readonly warnings: readonly string[];
  /** Why the file is not a recording, such as `line 1 is not JSON`; null when it is one, even without deliveries. */
  readonly foreign: string | null;
}

/** Some hundred thousand deliveries; a longer text does not fit into a string. */
const maxRecordingBytes = 256 * 1024 * 1024;

/** Appends delivery lines to a file. */
export interface Recorder {
  /** A warning about the file: who else could or can read it. One sentence, or null. */
  readonly warning: string | null;
  /** Resolves when the operating system has the line, so that killing this process does not lose it. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a recording for appending, readable by its owner only: deliveries hold personal data. A file that others can
 * read is closed to them first.
 *
 * A file whose last line was cut off (its writer was killed) is ended with a line break first, so that the torn
 * line harms no other.
 *
 * @throws ReventoError `file`, `disk_full`
 */
export async function openRecorder(path: string): Promise<Recorder> {
  requireBaseOf(path);
  const file = await attempt(path, () => open(path, 'a+', 0o600));
  const stat = await attempt(path, () => file.stat());
  if (stat.isFIFO()) {
    await file.close();
    // A write to a pipe that nobody reads would block exit forever.
    throw new ReventoError('file', `${path} is a pipe; a recording must be a file.`, {
      hint: 'use -o ndjson, which writes the same lines to standard output',
    });
  }
  const write = (text: string) => attempt(path, () => file.appendFile(text));
  const warning = await attempt(path, () => closeToOthers(path, file, stat));
  if (await attempt(path, () => isCut(file))) await write('\n');
  return {
    warning,
    append: (line) => write(`${line}\n`),
    close: () => file.close(),
  };
}

/** Permissions of everybody but the owner. */
const othersMode = 0o077;

/** Makes a file of this user private; another user's stays unchanged. Returns the warning, or null. */
async function closeToOthers(path: string, file: FileHandle, stat: Stats): Promise<string | null> {
  const ownUid = process.getuid?.();
  // Windows has no such permissions.
  if (ownUid === undefined || !stat.isFile()) return null;
  if (stat.uid !== ownUid) return `${path} belongs to another user, who can read the deliveries recorded in it`;
  if ((stat.mode & othersMode) === 0) return null;
  await file.chmod(0o600);
  return `other users could read ${path}; its permissions are 0600 now`;
}

async function isCut(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/**
 * Reads a recording. Lines of other types (`ready`, `summary`) are ignored; unusable lines are skipped and reported.
 *
 * @throws ReventoError `file`; `interrupted` when the signal is aborted
 */
export async function readRecording(path: string, signal?: AbortSignal): Promise<Recording> {
  return recordingOf(await readFileOfRecording(path, signal), signal);
}

/** The bytes of a recording's file. @throws ReventoError `file`; `interrupted` when the signal is aborted */
export function readFileOfRecording(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  return attempt(path, () => readUserFile(path, { maxBytes: maxRecordingBytes, signal }));
}

/** The same for bytes from elsewhere. @throws ReventoError `interrupted` when the signal is aborted */
export function recordingOf(bytes: Uint8Array, signal?: AbortSignal): Promise<Recording> {
  // Where a line is not text, the others still count.
  return parseRecording(decodeLoosely(bytes), signal);
}

/** Why a line of a scrubbed recording is not to be trusted. */
export const brokenSeal = 'altered: its seal does not match it';
const addedLater = 'altered: it is not scrubbed, unlike the lines before it';

/** Lines read between two checks of the signal: a few milliseconds of work. */
const linesPerTurn = 2_000;

/**
 * The deliveries in the text of a recording.
 *
 * @throws ReventoError `interrupted` when the signal is aborted
 */
export async function parseRecording(text: string, signal?: AbortSignal): Promise<Recording> {
  const deliveries: Recorded[] = [];
  const skipped = new SkippedLines();
  const lines = text.split('\n');
  let cut: number | null = null;
  let isOurs = false;
  const keys = new FileKeys();
  for (const [index, line] of lines.entries()) {
    if (index % linesPerTurn === linesPerTurn - 1) await turn(signal);
    if (line.trim() === '') continue;
    const lineNumber = index + 1;
    const value = parseRecordedLine(line);
    if (value === undefined) {
      // Without a line break after it, but beginning as every line of a recording does.
      if (index === lines.length - 1 && line.startsWith('{')) cut = lineNumber;
      else skipped.add(lineNumber, 'not JSON');
      continue;
    }
    if (isRecord(value) && isOtherLine(value)) {
      isOurs = true;
      if (!keys.name(value)) skipped.add(lineNumber, brokenSeal);
      continue;
    }
    const read = readLine(value, lineNumber);
    if (read.kind === 'delivery') {
      const delivery = keys.placed(read.delivery);
      if (keys.hasHead && delivery.scrubbed === null) skipped.add(lineNumber, addedLater);
      else deliveries.push(delivery);
    } else if (read.kind === 'cut') {
      isOurs = true;
      skipped.add(lineNumber, 'only the beginning of an invalid delivery');
    } else skipped.add(lineNumber, read.kind === 'foreign' ? 'not a recorded delivery' : `altered: ${read.how}`);
  }
  const sound = deliveries.filter((delivery) => {
    const doubt = keys.doubtAbout(delivery);
    if (doubt !== null) skipped.add(delivery.lineNumber, doubt);
    return doubt === null;
  });
  const warnings = skipped.warnings();
  if (cut !== null) {
    warnings.push(`line ${cut}, the last, is incomplete (its recording was interrupted); skipped`);
  }
  const isForeign = deliveries.length === 0 && !isOurs;
  return { deliveries: sound, warnings, foreign: isForeign ? skipped.first() : null };
}

/** The lines of a recording besides its deliveries: what a listener writes first and last, and what scrubbing does. */
const otherTypes: ReadonlySet<unknown> = new Set(['ready', 'summary', 'scrubbed']);

/** Whether a line belongs to a recording and is not a delivery. Other files have lines with a `type`, too. */
export function isOtherLine(line: JsonRecord): boolean {
  return otherTypes.has(line['type']);
}

/** Lets signals and timers run, which parsing would delay until its end. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new ReventoError('interrupted', 'Interrupted.');
}

/** The lines that could not be used, by reason. */
export class SkippedLines {
  readonly #byReason = new Map<string, number[]>();

  add(lineNumber: number, what: string): void {
    const lineNumbers = this.#byReason.get(what);
    if (lineNumbers === undefined) this.#byReason.set(what, [lineNumber]);
    else lineNumbers.push(lineNumber);
  }

  /** Such as `line 1 is not JSON`; null when no line was skipped. Reasons are kept in the order they came up. */
  first(): string | null {
    for (const [what, [lineNumber]] of this.#byReason) return `line ${lineNumber} is ${what}`;
    return null;
  }

  /** One sentence for each reason, however many lines there are. */
  warnings(): string[] {
    return [...this.#byReason].map(([what, lineNumbers]) => {
      if (lineNumbers.length === 1) return `line ${lineNumbers[0]} is ${what}; skipped`;
      const shown = lineNumbers.slice(0, 5).join(', ');
      const rest = lineNumbers.length > 5 ? ', …' : '';
      return `${lineNumbers.length} lines are ${what} (${shown}${rest}); skipped`;
    });
  }
}

/** A first character that no JSON value has. A failed parse costs far more, and a wrong file has many lines. */
const notJson = /^\s*[^\s{["\-\dtfn]/;

/** One line of a recording, parsed; undefined where it is not JSON. */
export function parseRecordedLine(line: string): unknown {
  return notJson.test(line) ? undefined : parseJson(line);
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new ReventoError(
      isFull ? 'disk_full' : 'file',
      isFull ? `The disk is full: ${path} is incomplete.` : `Cannot use ${path}: ${reasons[code] ?? code}.`,
      {},
      { cause: error },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};
