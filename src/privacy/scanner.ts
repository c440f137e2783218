import type { Marker } from './marker.ts';
import { type Found, reach, search } from './search.ts';

/** A marker in a stream of bytes. */
export interface Sighting {
  readonly marker: Marker;
  readonly form: string;
  /** In bytes, from 0. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

const newline = 0x0a;

/** Finds markers in a stream, also across the borders of its chunks. Keeps a few hundred bytes of it. */
export class Scanner {
  /** Bytes whose search is not finished: what follows them has not come. */
  #rest: Uint8Array = new Uint8Array();
  /** The offset of the rest in the stream. */
  #offset = 0;
  #line = 1;

  /** How many bytes have come. */
  get length(): number {
    return this.#offset + this.#rest.length;
  }

  /** The markers that are known to be there with these bytes. */
  push(chunk: Uint8Array): readonly Sighting[] {
    const rest = this.#rest;
    if (rest.length === 0) return this.#advance(chunk);
    if (chunk.length < reach) return this.#advance(Buffer.concat([rest, chunk]));
    // Only the border is copied: this is called for every megabyte of a dump.
    const border = Buffer.concat([rest, chunk.subarray(0, reach)]);
    return [...this.#look(border, rest.length), ...this.#advance(chunk)];
  }

  /** The markers in what is left. */
  end(): readonly Sighting[] {
    const found = this.#look(this.#rest, this.#rest.length);
    this.#rest = new Uint8Array();
    return found;
  }

  #advance(data: Uint8Array): readonly Sighting[] {
    const limit = Math.max(0, data.length - reach);
    const found = this.#look(data, limit);
    this.#rest = Uint8Array.prototype.slice.call(data, limit);
    return found;
  }

  /** Looks through the bytes before the limit, and counts their lines. */
  #look(data: Uint8Array, limit: number): readonly Sighting[] {
    let counted = 0;
    const lineAt = (at: number) => {
      this.#line += newlinesIn(data, counted, at);
      counted = at;
      return this.#line;
    };
    const sightings = [...search(data, limit)].map(({ at, ...found }: Found) => ({
      marker: found.marker,
      form: found.form,
      offset: this.#offset + at,
      line: lineAt(at),
    }));
    lineAt(limit);
    this.#offset += limit;
    return sightings;
  }
}

/** Counts four bytes at a time: line numbers must not cost more than the search. */
function newlinesIn(data: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  while (at < to && (data.byteOffset + at) % 4 !== 0) if (data[at++] === newline) count++;
  if (at === to) return count;
  const words = new Int32Array(data.buffer, data.byteOffset + at, (to - at) >> 2);
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] as number) ^ 0x0a0a0a0a;
    // A byte of it is zero where the text has a newline.
    const zeros = ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f);
    if (zeros !== 0) count += ((zeros >>> 7) & 1) + ((zeros >>> 15) & 1) + ((zeros >>> 23) & 1) + (zeros >>> 31);
  }
  at += words.length * 4;
  while (at < to) if (data[at++] === newline) count++;
  return count;
}
