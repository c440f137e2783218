import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { filled } from '../../../certify/hooks.ts';
import type { Kept, Trace } from '../../../certify/stage.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { piecesOfFile } from '../../../files/user-file.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { isSuccess } from '../../../http/status.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import { filesAt } from '../../../privacy/files.ts';
import { isSecretKind } from '../../../privacy/marker.ts';
import type { Sighting } from '../../../privacy/scanner.ts';
import { Unpacker } from '../../../privacy/unpacker.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { People } from '../privacy/people.ts';
import { isUrl } from './options.ts';

const pieceBytes = 1024 * 1024;
const answerMs = 10_000;
const mostAnswerBytes = 64 * 1024 * 1024;
/** They ask to come again later. */
const soon: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the places are read with. */
interface Looking {
  readonly eventId: string;
  readonly people: People;
  readonly http: Exchange;
  readonly signal: AbortSignal;
  /** As `Stage.kept` takes it. */
  readonly moment: 'in use' | 'deleted';
}

/**
 * Every marker at the places where an integration keeps data. What cannot be read does not keep the rest from being
 * looked at.
 *
 * @throws ReventoError `interrupted`
 */
export async function tracesIn(places: readonly string[], looking: Looking): Promise<Kept> {
  const traces: Trace[] = [];
  let problem: string | null = null;
  let hasFiles = false;
  const paths = places.filter((place) => !isUrl(place));
  const roots = await Promise.all(paths.map((path) => realpath(path).catch(() => resolve(path))));
  for (const place of places) {
    const sources = isUrl(place) ? answerAt(place, looking) : filesIn(place, roots, looking);
    for await (const source of sources) {
      if ('problem' in source) {
        problem ??= source.problem;
        continue;
      }
      const seen = await lookThrough(source);
      problem ??= seen.problem;
      hasFiles ||= !isUrl(place) && seen.bytes > 0;
      traces.push(...(await tracesOf(seen.found, looking.people)));
    }
  }
  return { traces, problem, hasFiles };
}

/** The markers of a source, also of one that cannot be read to its end. */
async function lookThrough({ name, pieces }: Source) {
  const unpacker = new Unpacker();
  let problem: string | null = null;
  try {
    for await (const piece of pieces) unpacker.push(piece);
    unpacker.end();
    if (unpacker.unread !== null) problem = unreadable(name, unpacker.unread);
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    // A temporary file that is gone keeps nothing.
    if (code !== 'ENOENT') problem = unreadable(name, code ?? message);
  }
  return { found: unpacker.take().map((sighting) => ({ place: name, sighting })), bytes: unpacker.length, problem };
}

/** Markers, and where each was found, as a report shows them. */
export async function tracesOf(
  found: readonly { readonly place: string; readonly sighting: Sighting }[],
  people: People,
): Promise<readonly Trace[]> {
  const owners = await people.ownersOf(found.map(({ sighting }) => sighting.marker));
  return found.map(({ place, sighting: { marker, line } }, index) => {
    const { who, eventId, isRevoked } = owners[index] ?? { who: 'unknown', eventId: null, isRevoked: false };
    return {
      shown: `${marker.kind} of ${who} (${plainLine(place, 80)}, line ${line})`,
      isSecret: isSecretKind(marker.kind),
      eventId,
      isRevoked,
    };
  });
}

interface Source {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array> | readonly Uint8Array[];
}

/** Why a source cannot be read, as a sentence without its full stop. */
interface Unreadable {
  readonly problem: string;
}

async function* filesIn(
  path: string,
  roots: readonly string[],
  { signal, moment }: Looking,
): AsyncGenerator<Source | Unreadable, void, void> {
  for await (const listed of filesAt(path, roots)) {
    if ('target' in listed) {
      yield { problem: unreadable(listed.path, `it is a link to ${listed.target}, which --data has to name`) };
    } else if (!('problem' in listed)) {
      yield { name: listed.path, pieces: piecesOfFile(listed.at, { signal, pieceBytes }) };
    } else if (listed.problem !== 'ENOENT' || (listed.path === path && moment === 'in use')) {
      yield { problem: unreadable(listed.path, listed.problem) };
    }
  }
}

async function* answerAt(
  place: string,
  { eventId, http, signal, moment }: Looking,
): AsyncGenerator<Source | Unreadable, void, void> {
  const url = filled(place, eventId);
  const name = new URL(url).pathname;
  const request = { method: 'GET', url, headers: [], body: new Uint8Array() } as const;
  try {
    const limits = { timeoutMs: answerMs, maxResponseBytes: mostAnswerBytes, signal };
    const { status, body } = await http({ ...request, ...limits });
    // Its text is looked at in any case. After a deletion, 404 and the like say that there is nothing left.
    yield { name, pieces: [body] };
    const isGone = moment === 'deleted' && status >= 400 && status < 500 && !soon.has(status);
    if (!isSuccess(status) && !isGone) yield { problem: `cannot read ${name}: it was answered ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    if (!isHttpFailure(error)) throw error;
    yield { problem: `cannot read ${name}: ${error.message}` };
  }
}

function unreadable(path: string, problem: string): string {
  const why = problem === 'ENOENT' ? 'there is no such file' : problem;
  return `cannot read ${plainLine(path, 200)}: ${why}`;
}
