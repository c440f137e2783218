import { type FileHandle, open } from 'node:fs/promises';
import { ReventoError } from '../errors/revento-error.ts';
import { readBounded } from '../files/bounded-file.ts';
import { isRecord, type Recorded, toRecorded } from './recorded-line.ts';

export interface Cassette {
  readonly deliveries: readonly Recorded[];
  /** One sentence for each way in which lines could not be used. */
  readonly warnings: readonly string[];
  /** Why the whole file is no recording, as words about a line; null when it is one, be it of no deliveries. */
  readonly foreign: string | null;
}

/** Some hundred thousand deliveries; a longer text fits into no string. */
const maxRecordingBytes = 256 * 1024 * 1024;

/** Appends delivery lines to a file. */
export interface Recorder {
  /** Resolves when the line is with the operating system: from then on, killing this process does not lose it. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a recording for appending, readable by its owner only: deliveries hold personal data.
 *
 * A file whose last line was cut off (its writer was killed) is ended with a line break first, so that the torn
 * line harms no other.
 *
 * @throws ReventoError `file`, `disk_full`
 */
export async function openRecorder(path: string): Promise<Recorder> {
  const file = await attempt(path, () => open(path, 'a+', 0o600));
  if ((await attempt(path, () => file.stat())).isFIFO()) {
    await file.close();
    // A pipe that nobody reads would hold a write, and with it the end of the process, for ever.
    throw new ReventoError('file', `Cannot use ${path}: it is a pipe, and a recording is a file.`, {
      hint: 'for a pipe there is -o ndjson: it writes the same lines to standard output',
    });
  }
  const write = (text: string) => attempt(path, () => file.appendFile(text));
  if (await attempt(path, () => isCut(file))) await write('\n');
  return {
    append: (line) => write(`${line}\n`),
    close: () => file.close(),
  };
}

async function isCut(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/**
 * Reads a recording. Lines of other types (`ready`, `summary`) are passed over; a line that is broken is reported
 * and passed over.
 *
 * @throws ReventoError `file`
 */
export async function readCassette(path: string): Promise<Cassette> {
  return parseCassette(await attempt(path, async () => (await readBounded(path, maxRecordingBytes)).toString('utf8')));
}

/** The deliveries in the text of a recording. Never throws. */
export function parseCassette(text: string): Cassette {
  const deliveries: Recorded[] = [];
  const unusable = new Map<string, number[]>();
  const leaveOut = (lineNumber: number, what: string) => {
    unusable.set(what, [...(unusable.get(what) ?? []), lineNumber]);
  };
  const lines = text.split('\n');
  let cut: number | null = null;
  let isOurs = false;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const lineNumber = index + 1;
    const value = parse(line);
    if (value === undefined) {
      // Without a line break after it, but begun as every line of a recording begins.
      if (index === lines.length - 1 && line.startsWith('{')) cut = lineNumber;
      else leaveOut(lineNumber, 'not JSON');
      continue;
    }
    if (isRecord(value) && typeof value['type'] === 'string' && value['type'] !== 'delivery') {
      isOurs = true;
      continue;
    }
    const recorded = toRecorded(value, lineNumber);
    if (typeof recorded === 'string') leaveOut(lineNumber, recorded);
    else deliveries.push(recorded);
  }
  const warnings = [...unusable].flatMap(([what, lineNumbers]) => warningOf(lineNumbers, what));
  if (cut !== null) {
    warnings.push(`line ${cut}, the last, is cut off: its recording was interrupted; it is left out`);
  }
  const [[bad, what] = [0, '']] = [...unusable]
    .map(([why, [first = 0]]) => [first, why] as const)
    .sort(([one], [other]) => one - other);
  const isForeign = bad > 0 && deliveries.length === 0 && !isOurs;
  return { deliveries, warnings, foreign: isForeign ? `line ${bad} is ${what}` : null };
}

/** One sentence however many lines there are: none for none. */
function warningOf(lineNumbers: readonly number[], what: string): string[] {
  const [first, ...others] = lineNumbers;
  if (first === undefined) return [];
  if (others.length === 0) return [`line ${first} is ${what}; it is left out`];
  const shown = lineNumbers.slice(0, 5).join(', ');
  const rest = lineNumbers.length > 5 ? ', …' : '';
  return [`${lineNumbers.length} lines are ${what} (${shown}${rest}); they are left out`];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The caller reports it with its line number.
    return undefined;
  }
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
  ENOENT: 'there is no such file or directory',
  EACCES: 'this user may not open it',
  EISDIR: 'it is a directory',
};
