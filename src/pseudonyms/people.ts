import { createHmac, randomBytes } from 'node:crypto';
import { largestDomain, Permutation } from './permutation.ts';
import { type Draw, recased, respelled } from './spelling.ts';

/** Made-up words that are remembered, so that two originals never share one. Bounds the memory, not the file. */
const mostRemembered = 200_000;
/** Substitutes that are kept, because the same ids come in every delivery. */
const mostKept = 20_000;
/** Texts with as many letters get different substitutes without a list of them: a collision is too unlikely. */
const fewLetters = 14;
/** After so many attempts any letter is taken, and after so many the words have run out. */
const attempts = { plain: 12, most: 200 } as const;

const digits = '0123456789';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const classes: readonly string[] = [digits, lower, lower.toUpperCase()];

/** The characters that may take the place of one; none for a character that stays. */
type AlphabetOf = (character: string, index: number) => string;

/**
 * Makes people up: words, names, ids and numbers that stand in for real ones. The same text always gets the same
 * substitute, two texts get two, and without the key, which is forgotten with the process, nothing leads back.
 */
export class People {
  readonly #key: Uint8Array;
  readonly #permutation: Permutation;
  /** Whose each made-up word is. */
  readonly #owners = new Map<string, string>();

  readonly #coded = new Map<string, string>();

  /** @param key  32 secret bytes; default: new ones */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = key;
    this.#permutation = new Permutation(this.#digest('permutation', ''));
  }

  /** Word by word, so that "Ann Lee", "Ann" and `ann.lee` stay the same person. */
  name(text: string): string {
    const isWords = /[\p{L}\p{N}]/u.test(text) && !/[^\p{L}\p{M}\p{N}\s]{2}|[^\p{L}\p{M}\p{N}\p{P}\s+]/u.test(text);
    if (!isWords) return this.freeText(text);
    return text.replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => this.#word(word));
  }

  /** As a whole, so that what its words are cannot be counted out. */
  freeText(text: string): string {
    if (text.length < 4) return this.#word(text);
    return this.unique('text', text, (draw, isPlain) => respelled(text, draw, isPlain));
  }

  /** Digits and ASCII letters become others of their kind; everything else stays. */
  coded(kind: string, text: string, alphabetOf: AlphabetOf = classOf): string {
    const name = `${kind}:${text}`;
    const kept = this.#coded.get(name);
    if (kept !== undefined) return kept;
    const made = this.#code(kind, text, alphabetOf);
    if (this.#coded.size >= mostKept) this.#coded.clear();
    this.#coded.set(name, made);
    return made;
  }

  #code(kind: string, text: string, alphabetOf: AlphabetOf): string {
    const alphabets = [...text].map(alphabetOf);
    const size = alphabets.reduce((product, { length }) => product * BigInt(Math.max(1, length)), 1n);
    if (size > largestDomain) {
      const draw = this.#draw(kind, text, 0);
      return [...text].map((one, index) => alphabets[index]?.[draw(alphabets[index]?.length || 1)] ?? one).join('');
    }
    const shape = alphabets.map(({ length }) => length).join();
    const rank = [...text].reduce((sum, one, index) => {
      const alphabet = alphabets[index] ?? '';
      return alphabet === '' ? sum : sum * BigInt(alphabet.length) + BigInt(alphabet.indexOf(one));
    }, 0n);
    let rest = this.#permutation.of(rank, size, fnv(`${kind}:${shape}`));
    const made = [...text];
    for (let index = made.length - 1; index >= 0; index--) {
      const alphabet = alphabets[index] ?? '';
      if (alphabet === '') continue;
      made[index] = alphabet[Number(rest % BigInt(alphabet.length))] ?? '';
      rest /= BigInt(alphabet.length);
    }
    return made.join('');
  }

  /** A number below a limit for another one. */
  number(kind: string, value: number, limit: number): number {
    return Number(this.#permutation.of(BigInt(value), BigInt(limit), fnv(kind)));
  }

  /** A text that no other text of the file gets, and that is not the text itself. */
  unique(kind: string, text: string, make: (draw: Draw, isPlain: boolean) => string): string {
    const isRoomy = (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= fewLetters;
    const owner = isRoomy ? '' : `${kind}:${text}`;
    let made = text;
    for (let attempt = 0; attempt < attempts.most; attempt++) {
      made = make(this.#draw(kind, text, attempt), attempt >= attempts.plain);
      const folded = made.toLowerCase();
      if (folded === text.toLowerCase()) continue;
      const other = isRoomy ? owner : this.#owners.get(folded);
      if (other === undefined && this.#owners.size < mostRemembered) this.#owners.set(folded, owner);
      if (other === undefined || other === owner) break;
    }
    return made;
  }

  /** Hexadecimal digits that stand for a text. */
  token(kind: string, text: string): string {
    return this.#digest(kind, text).toString('hex');
  }

  #word(word: string): string {
    if (word.length < 4 && /^[a-z0-9]+$/i.test(word)) return this.coded('word', word);
    const folded = word.toLowerCase();
    const isFoldable = [...folded].length === [...word].length;
    const base = isFoldable ? folded : word;
    const made = this.unique('word', base, (draw, isPlain) => respelled(base, draw, isPlain));
    return isFoldable ? recased(made, word) : made;
  }

  #draw(kind: string, text: string, attempt: number): Draw {
    const seed = this.#digest(`${kind}:${attempt}`, text);
    const state = new Uint32Array([0, 4, 8, 12].map((at) => seed.readUInt32LE(at)));
    return (limit) => Math.floor((next(state) / 2 ** 32) * limit);
  }

  #digest(kind: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(kind).update('\0').update(text).digest();
  }
}

function classOf(character: string): string {
  return classes.find((one) => one.includes(character)) ?? '';
}

/** FNV-1a. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** xoshiro128+ (Blackman and Vigna, 2018): a digest gives only 32 bytes, and a text may need more. */
function next(state: Uint32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number];
  const sum = (a + d) >>> 0;
  const [third, fourth] = [c ^ a, d ^ b];
  state[1] = b ^ third;
  state[0] = a ^ fourth;
  state[2] = third ^ (b << 9);
  state[3] = (fourth << 11) | (fourth >>> 21);
  return sum;
}
