import { setImmediate } from 'node:timers/promises';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Item } from '../../../output/item.ts';
import { type Place, Unpacker } from '../../../privacy/unpacker.ts';
import type { Owner, People } from '../../shared/privacy/people.ts';
import type { Tally } from '../../shared/privacy/tally.ts';
import type { Source } from './sources.ts';

interface ScanOptions {
  readonly tally: Tally;
  readonly people: People;
  readonly signal: AbortSignal;
}

/** How a source was looked through. */
interface Scanned {
  readonly bytes: number;
  /** What kept it from being looked through to its end; null when nothing did. */
  readonly problem: string | null;
}

/** Looked through at a time. */
const sliceBytes = 64 * 1024;
/** The same of an archive, which may make a thousand times as much of it, all of it markers. */
const packedSliceBytes = 4 * 1024;
/** Whose they are is asked at once for so many places, and for those of each piece that is read. */
const placesAtOnce = 1_000;
/** So much is unpacked before a signal is heeded. */
const turnBytes = 16 * 1024 ** 2;

/** Gives what is found as it is found. What keeps a file from being read to its end is returned. */
export async function* scanSource(
  { name, isLog, pieces }: Source,
  { tally, people, signal }: ScanOptions,
): AsyncGenerator<Item, Scanned, void> {
  const unpacker = new Unpacker();
  let places: Place[] = [];
  const rows = async (least = 1): Promise<Item[]> => {
    places = places.concat(unpacker.take());
    if (places.length < least) return [];
    const owners = await people.ownersOf(places.map(({ marker }) => marker));
    const found = places.map((place, index) => tally.judge(place, owners[index] as Owner, { name, isLog }));
    places = [];
    return [{ kind: 'rows', rows: found }];
  };
  let problem: string | null = null;
  let turnAt = turnBytes;
  try {
    for await (const piece of pieces()) {
      for (let at = 0, end = 0; at < piece.length; at = end) {
        const isPacked = unpacker.length === 0 || unpacker.unpackedLength > 0;
        end = at + (isPacked ? packedSliceBytes : sliceBytes);
        unpacker.push(piece.subarray(at, end));
        yield* await rows(placesAtOnce);
        if (unpacker.unpackedLength < turnAt) continue;
        turnAt = unpacker.unpackedLength + turnBytes;
        await setImmediate();
        if (signal.aborted) throw new ReventoError('interrupted', `Interrupted while reading ${name}.`);
      }
      yield* await rows();
    }
    unpacker.end();
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    problem = typeof code === 'string' ? code : message;
  }
  yield* await rows();
  return { bytes: unpacker.length, problem: problem ?? unpacker.unread };
}
