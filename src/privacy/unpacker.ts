import { Gunzip, Unzip, UnzipInflate } from 'fflate';
import { Scanner, type Sighting } from './scanner.ts';

/** A marker, perhaps inside of archives. */
export interface Place extends Sighting {
  /** The archives around it, outermost first: `gzip`, or the name of a file in a zip. Offset and line count inside. */
  readonly inside: readonly string[];
}

/** What takes a stream of bytes and reports the markers in it. */
interface Sink {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** Where a stream is recognized as an archive. */
const magicLength = 4;
/** An archive made to be unpacked forever has more than this around it. */
const deepest = 8;
/** Unpacked at a time, so that what is highly compressed does not fill the memory. */
const pieceBytes = 16 * 1024;

/** Finds markers in a stream of any length, and in gzip and zip archives inside of it. Keeps none of it. */
export class Unpacker {
  #found: Place[] = [];
  readonly #sink: Sink;
  #length = 0;

  constructor() {
    this.#sink = sniffing([], (place) => this.#found.push(place));
  }

  /** How many bytes have come. */
  get length(): number {
    return this.#length;
  }

  /** @throws Error when an archive cannot be unpacked; `take` still gives what was found before */
  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    this.#sink.push(chunk);
  }

  end(): void {
    this.#sink.end();
  }

  /** What was found since the last time. */
  take(): readonly Place[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}

type Report = (place: Place) => void;

/** Chooses by the first bytes. */
function sniffing(inside: readonly string[], report: Report): Sink {
  let head: Uint8Array = new Uint8Array();
  let sink: Sink | null = null;
  const choose = () => {
    sink = sinkFor(head, inside, report);
    if (head.length > 0) sink.push(head);
    return sink;
  };
  return {
    push(chunk) {
      if (sink !== null) return sink.push(chunk);
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length >= magicLength) choose();
    },
    end: () => (sink ?? choose()).end(),
  };
}

function sinkFor(head: Uint8Array, inside: readonly string[], report: Report): Sink {
  const [a, b, c, d] = head;
  if (inside.length < deepest) {
    if (a === 0x1f && b === 0x8b && c === 8) return gunzipping([...inside, 'gzip'], report);
    if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return unzipping(inside, report);
  }
  const scanner = new Scanner();
  const pass = (found: readonly Sighting[]) => {
    for (const one of found) report({ ...one, inside });
  };
  return { push: (chunk) => pass(scanner.push(chunk)), end: () => pass(scanner.end()) };
}

function gunzipping(inside: readonly string[], report: Report): Sink {
  const sink = sniffing(inside, report);
  const gunzip = new Gunzip((chunk) => sink.push(chunk));
  return {
    push: (chunk) => inPieces(chunk, (piece) => gunzip.push(piece)),
    end() {
      gunzip.push(new Uint8Array(), true);
      sink.end();
    },
  };
}

function unzipping(inside: readonly string[], report: Report): Sink {
  const open = new Set<string>();
  const unzip = new Unzip((file) => {
    const sink = sniffing([...inside, file.name], report);
    open.add(file.name);
    file.ondata = (error, chunk, isLast) => {
      if (error !== null) throw error;
      sink.push(chunk);
      if (!isLast) return;
      open.delete(file.name);
      sink.end();
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  return {
    push: (chunk) => inPieces(chunk, (piece) => unzip.push(piece)),
    end() {
      unzip.push(new Uint8Array(), true);
      const [cut] = open;
      if (cut !== undefined) throw new Error(`${cut} is cut off`);
    },
  };
}

function inPieces(chunk: Uint8Array, each: (piece: Uint8Array) => void): void {
  for (let at = 0; at < chunk.length; at += pieceBytes) each(chunk.subarray(at, at + pieceBytes));
}
