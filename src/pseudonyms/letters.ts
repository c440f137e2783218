/** The letters of one script in one case, from which made-up words are put together. */
export interface Letters {
  readonly script: string;
  /** At even places of a word, or at odd ones; the same where a script needs no such order to be readable. */
  readonly consonants: readonly string[];
  readonly vowels: readonly string[];
  /** Every letter, for short words, which would otherwise run out. */
  readonly all: readonly string[];
}

const lowerLatin = 'abcdefghijklmnopqrstuvwxyz';
const accented = 'áéíóúýčďěňřšťžöüäåøæłżźćñçãõêîôûàèìòùëïğđ';

const rows: readonly (readonly [pattern: RegExp, letters: Letters])[] = [
  [/[a-z]/, spoken('Latin', 'bdfgklmnprstvz', 'aeiou', lowerLatin)],
  [/[A-Z]/, spoken('Latin', 'BDFGKLMNPRSTVZ', 'AEIOU', lowerLatin.toUpperCase())],
  [/(?=\p{Lu})\p{Script=Latin}/u, plain('Latin', accented.toUpperCase())],
  [/\p{Script=Latin}/u, plain('Latin', accented)],
  [/(?=\p{Lu})\p{Script=Cyrillic}/u, spoken('Cyrillic', 'БВГДЗКЛМНПРСТ', 'АЕИОУ', span(0x410, 0x42f))],
  [/\p{Script=Cyrillic}/u, spoken('Cyrillic', 'бвгдзклмнпрст', 'аеиоу', span(0x430, 0x44f))],
  [/(?=\p{Lu})\p{Script=Greek}/u, spoken('Greek', 'ΒΓΔΚΛΜΝΠΡΣΤ', 'ΑΕΙΟΩ', span(0x391, 0x3a1))],
  [/\p{Script=Greek}/u, spoken('Greek', 'βγδκλμνπρστ', 'αειοω', span(0x3b1, 0x3c9))],
  [/\p{Script=Han}/u, plain('Han', span(0x4e00, 0x5dff))],
  [/\p{Script=Hiragana}/u, plain('Hiragana', span(0x3042, 0x3093))],
  [/\p{Script=Katakana}/u, plain('Katakana', span(0x30a2, 0x30f3))],
  [/\p{Script=Hangul}/u, plain('Hangul', span(0xac00, 0xb3ff))],
  [/(?=\p{L})\p{Script=Arabic}/u, plain('Arabic', 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي')],
  [/(?=\p{L})\p{Script=Hebrew}/u, plain('Hebrew', span(0x5d0, 0x5ea))],
  [/(?=\p{L})\p{Script=Devanagari}/u, plain('Devanagari', span(0x915, 0x928))],
  [/(?=\p{L})\p{Script=Thai}/u, plain('Thai', span(0xe01, 0xe2e))],
];

const known = new Map<string, Letters | null>();
/** Characters that are remembered: far more than any text has, but not without limit. */
const mostKnown = 20_000;

/** The letters that may take the place of one, in its script and case; null for a character that is not a letter. */
export function lettersLike(character: string): Letters | null {
  const found = known.get(character);
  if (found !== undefined) return found;
  const letters = find(character);
  if (known.size < mostKnown) known.set(character, letters);
  return letters;
}

function find(character: string): Letters | null {
  if (!/\p{L}/u.test(character)) return null;
  return rows.find(([pattern]) => pattern.test(character))?.[1] ?? neighbors(character);
}

/** Of a script without a row: the letters that stand beside it in Unicode. */
function neighbors(character: string): Letters {
  const first = (character.codePointAt(0) ?? 0) & ~0x7f;
  const isUpper = /\p{Lu}/u.test(character);
  const beside = [...span(first, first + 0x7f)].filter((one) => /\p{L}/u.test(one) && /\p{Lu}/u.test(one) === isUpper);
  return plain(`U+${first.toString(16)}`, beside.join(''));
}

function spoken(script: string, consonants: string, vowels: string, all: string): Letters {
  return { script, consonants: [...consonants], vowels: [...vowels], all: [...all] };
}

function plain(script: string, all: string): Letters {
  const letters = [...all];
  return { script, consonants: letters, vowels: letters, all: letters };
}

function span(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)).join('');
}
