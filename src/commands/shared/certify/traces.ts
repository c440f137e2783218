import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { filled } from '../../../certify/live-stage.ts';
import type { Trace } from '../../../certify/stage.ts';
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

/** What the places are read with. */
interface Looking {
  readonly eventId: string;
  readonly people: People;
  readonly http: Exchange;
  readonly signal: AbortSignal;
}

/**
 * Every marker at the places where an integration keeps data.
 *
 * @throws ReventoError `file`, `network` when one cannot be read; `interrupted`
 */
export async function tracesIn(places: readonly string[], looking: Looking): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  const paths = places.filter((place) => !isUrl(place));
  const roots = await Promise.all(paths.map((path) => realpath(path).catch(() => resolve(path))));
  for (const place of places) {
    for await (const { name, pieces } of isUrl(place) ? answerAt(place, looking) : filesIn(place, roots, looking)) {
      const unpacker = new Unpacker();
      try {
        for await (const piece of pieces) unpacker.push(piece);
        unpacker.end();
        if (unpacker.unread !== null) throw new Error(unpacker.unread);
      } catch (error) {
        if (error instanceof ReventoError) throw error;
        const { code, message } = error as NodeJS.ErrnoException;
        // A temporary file that is gone keeps nothing.
        if (code !== 'ENOENT') throw unreadable(name, code ?? message);
      }
      const found = unpacker.take().map((sighting) => ({ place: name, sighting }));
      traces.push(...(await tracesOf(found, looking.people)));
    }
  }
  return traces;
}

/** Markers, and where each was found, as a report shows them. */
export async function tracesOf(
  found: readonly { readonly place: string; readonly sighting: Sighting }[],
  people: People,
): Promise<readonly Trace[]> {
  const owners = await people.ownersOf(found.map(({ sighting }) => sighting.marker));
  return found.map(({ place, sighting: { marker, line } }, index) => {
    const { who, isRevoked } = owners[index] ?? { who: 'unknown', isRevoked: false };
    return {
      shown: `${marker.kind} of ${who} (${plainLine(place, 80)}, line ${line})`,
      isSecret: isSecretKind(marker.kind),
      isRevoked,
    };
  });
}

interface Source {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array> | readonly Uint8Array[];
}

async function* filesIn(
  path: string,
  roots: readonly string[],
  { signal }: Looking,
): AsyncGenerator<Source, void, void> {
  for await (const listed of filesAt(path, roots)) {
    if ('target' in listed) throw unreadable(listed.path, `it is a link to ${listed.target}, which --data has to name`);
    if (!('problem' in listed)) yield { name: listed.path, pieces: piecesOfFile(listed.path, { signal, pieceBytes }) };
    else if (listed.path === path || listed.problem !== 'ENOENT') throw unreadable(listed.path, listed.problem);
  }
}

async function* answerAt(place: string, { eventId, http, signal }: Looking): AsyncGenerator<Source, void, void> {
  const url = filled(place, eventId);
  const request = { method: 'GET', url, headers: [], body: new Uint8Array() } as const;
  try {
    const { status, body } = await http({
      ...request,
      timeoutMs: answerMs,
      maxResponseBytes: mostAnswerBytes,
      signal,
    });
    // After a deletion, 404 and the like say that there is nothing left.
    if (isSuccess(status) || (status >= 400 && status < 500)) yield { name: new URL(url).pathname, pieces: [body] };
    else throw new ReventoError('network', `${new URL(url).pathname} was answered ${status}`);
  } catch (error) {
    signal.throwIfAborted();
    if (isHttpFailure(error)) throw new ReventoError('network', `${new URL(url).pathname}: ${error.message}`);
    throw error;
  }
}

function unreadable(path: string, problem: string): ReventoError {
  const why = problem === 'ENOENT' ? 'there is no such file' : problem;
  return new ReventoError('file', `cannot read ${plainLine(path, 200)}: ${why}`);
}
