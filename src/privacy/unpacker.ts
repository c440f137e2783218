import { Gunzip, Unzip, UnzipInflate, Unzlib } from 'fflate';
import { packingOf, sealedPackingOf, signatureLength } from './packing.ts';
import { Scanner, type Sighting } from './scanner.ts';

/** A marker, perhaps inside of archives. */
export interface Place extends Sighting {
  /** The archives around it, outermost first: `gzip`, `zlib`, or the name of a file in a zip. Offset and line count inside. */
  readonly inside: readonly string[];
}

/** What takes a stream of bytes and reports the markers in it. */
interface Sink {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** More archives than these around a file are not opened. */
const deepest = 8;
/** Unpacked at a time, so that what is highly compressed does not fill the memory. */
const pieceBytes = 16 * 1024;
/** Deflate packs at most 1032 to 1: only archives inside of archives, made to exhaust a reader, get beyond this. */
const mostGrowth = 2_000;
/** What is not zlib seldom gives so much before it is invalid. */
const fairZlibBytes = 4 * 1024;
/** So much is unpacked before the growth counts. */
const fairBytes = 64 * 1024 ** 2;

/** Finds markers in a stream of any length, and in gzip, zlib and zip archives inside of it. Keeps none of it. */
export class Unpacker {
  #found: Place[] = [];
  readonly #sink: Sink;
  #length = 0;
  #unpackedLength = 0;
  #unread: string | null = null;

  constructor() {
    this.#sink = sniffing([], {
      found: (place) => this.#found.push(place),
      unpacked: (bytes) => this.#grow(bytes),
      unread: (what) => {
        this.#unread ??= what;
      },
    });
  }

  /** How many bytes have come. */
  get length(): number {
    return this.#length;
  }

  /** How many bytes have come out of archives, at all depths. */
  get unpackedLength(): number {
    return this.#unpackedLength;
  }

  /** What could not be looked into although nothing was damaged, as a clause; null where everything was. */
  get unread(): string | null {
    return this.#unread;
  }

  /** @throws Error when an archive cannot be unpacked; `take` still gives what was found before */
  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    this.#sink.push(chunk);
  }

  /** @throws as `push` */
  end(): void {
    this.#sink.end();
  }

  /** What was found since the last time. */
  take(): readonly Place[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #grow(bytes: number): void {
    this.#unpackedLength += bytes;
    if (this.#unpackedLength > fairBytes && this.#unpackedLength > mostGrowth * this.#length) {
      throw new Error(`it unpacks to more than ${mostGrowth} times its size`);
    }
  }
}

/** Takes what a sink comes upon. */
interface Report {
  readonly found: (place: Place) => void;
  readonly unread: (what: string) => void;
  /** @throws Error when it is too much */
  readonly unpacked: (bytes: number) => void;
}

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
      if (head.length >= signatureLength) choose();
    },
    end: () => (sink ?? choose()).end(),
  };
}

function sinkFor(head: Uint8Array, inside: readonly string[], report: Report): Sink {
  const packing = packingOf(head);
  if (packing === 'zip' && isEncrypted(head)) report.unread(`${pathOf(inside)} is encrypted`);
  if (packing !== null && inside.length < deepest) {
    if (packing === 'zlib') return inflating(inside, report);
    return packing === 'gzip' ? gunzipping([...inside, 'gzip'], report) : unzipping(inside, report);
  }
  const sealed = sealedPackingOf(head);
  if (packing !== null) report.unread(`it has archives nested deeper than ${deepest}`);
  else if (sealed !== null) report.unread(`${pathOf(inside)} is packed as ${sealed}`);
  return plainly(inside, report);
}

function plainly(inside: readonly string[], report: Report): Sink {
  const scanner = new Scanner();
  const pass = (found: readonly Sighting[]) => {
    for (const one of found) report.found({ ...one, inside });
  };
  return { push: (chunk) => pass(scanner.push(chunk)), end: () => pass(scanner.end()) };
}

/** The flag of the first file in a zip. The others usually have it too. */
function isEncrypted(head: Uint8Array): boolean {
  return ((head[6] ?? 0) & 1) === 1;
}

function pathOf(inside: readonly string[]): string {
  return inside.length === 0 ? 'it' : inside.join(' > ');
}

function gunzipping(inside: readonly string[], report: Report): Sink {
  const sink = sniffing(inside, report);
  const gunzip = new Gunzip((chunk) => {
    report.unpacked(chunk.length);
    sink.push(chunk);
  });
  return {
    push: (chunk) => inPieces(chunk, (piece) => gunzip.push(piece)),
    end() {
      gunzip.push(new Uint8Array(), true);
      sink.end();
    },
  };
}

/** Two bytes are weak evidence of zlib: the stream is also looked through as it is, and may turn out to be something else. */
function inflating(inside: readonly string[], report: Report): Sink {
  const plain = plainly(inside, report);
  const sink = sniffing([...inside, 'zlib'], report);
  let isZlib = true;
  let length = 0;
  let unpacked: Uint8Array[] = [];
  const unzlib = new Unzlib((chunk) => {
    length += chunk.length;
    unpacked.push(chunk);
  });
  const inflate = (piece: Uint8Array, isLast: boolean) => {
    try {
      unzlib.push(piece, isLast);
    } catch (error) {
      if (length > (isLast ? 0 : fairZlibBytes)) throw error;
      isZlib = false;
    }
    const chunks = unpacked;
    unpacked = [];
    for (const chunk of chunks) {
      report.unpacked(chunk.length);
      sink.push(chunk);
    }
  };
  return {
    push(chunk) {
      plain.push(chunk);
      inPieces(chunk, (piece) => {
        if (isZlib) inflate(piece, false);
      });
    },
    end() {
      plain.end();
      if (isZlib) inflate(new Uint8Array(), true);
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
      report.unpacked(chunk.length);
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
