import { type Form, forms, longestForm, windowLength } from './forms.ts';
import { type Marker, readMarker } from './marker.ts';

/** A marker in a buffer. */
export interface Found {
  readonly marker: Marker;
  /** The name of the form it was written in. */
  readonly form: string;
  /** Where it begins, in bytes. */
  readonly at: number;
}

interface Beginning {
  readonly form: Form;
  /** For each byte of the window, the one or two that fit. */
  readonly bytes: readonly (readonly [number, number])[];
}

/** What follows a break may take a few bytes more than the longest form. */
export const reach = longestForm + 64;

const last = windowLength - 1;
/** How far the window may move on, by its last two bytes: all beginnings are looked for in one pass (Wu and Manber, 1994). */
const shifts = new Uint8Array(65_536).fill(last);
const beginningsBy = new Map<number, Beginning[]>();
for (const form of forms) for (const text of form.beginnings) add(beginningOf(form, text));

/**
 * Finds every marker that begins before `limit`.
 *
 * @param data  must reach `reach` bytes behind the limit, or to the end of the input
 */
export function* search(data: Uint8Array, limit: number): Generator<Found, void, void> {
  const end = Math.min(data.length, limit + last);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  for (let at = nextCandidate(data, last, end); at < end; at = nextCandidate(data, at + 1, end)) {
    const found = findAt(bytes, at - last);
    if (found !== null) yield found;
  }
}

/** Where a window that could be a beginning ends. Apart from the generator, which would make each step slower. */
function nextCandidate(data: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const shift = shifts[pairAt(data, at)] as number;
    if (shift === 0) return at;
    at += shift;
  }
  return end;
}

function pairAt(data: Uint8Array, at: number): number {
  return ((data[at - 1] as number) << 8) | (data[at] as number);
}

function findAt(data: Buffer, at: number): Found | null {
  for (const { form, bytes } of beginningsBy.get(pairAt(data, at + last)) ?? []) {
    if (!bytes.every(([one, other], index) => data[at + index] === one || data[at + index] === other)) continue;
    const text = data.toString('latin1', at, at + reach);
    const marker = readMarker(form.decode(text) ?? '');
    if (marker !== null) return { marker, form: form.name, at };
  }
  return null;
}

function beginningOf(form: Form, text: string): Beginning {
  const folded = (byte: string) => [byte.toLowerCase().charCodeAt(0), byte.toUpperCase().charCodeAt(0)] as const;
  const exact = (byte: string) => [byte.charCodeAt(0), byte.charCodeAt(0)] as const;
  return { form, bytes: [...text.slice(0, windowLength)].map(form.isCaseFolded ? folded : exact) };
}

function add(beginning: Beginning): void {
  const { bytes } = beginning;
  for (let at = 1; at < windowLength; at++) {
    for (const pair of pairsOf(bytes[at - 1] ?? [0, 0], bytes[at] ?? [0, 0])) {
      shifts[pair] = Math.min(shifts[pair] ?? 0, last - at);
      if (at === last) beginningsBy.set(pair, [...(beginningsBy.get(pair) ?? []), beginning]);
    }
  }
}

function pairsOf(first: readonly [number, number], second: readonly [number, number]): ReadonlySet<number> {
  return new Set(first.flatMap((one) => second.map((two) => (one << 8) | two)));
}
