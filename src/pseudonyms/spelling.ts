import { type Letters, lettersLike } from './letters.ts';

/** Gives whole numbers below a limit. */
export type Draw = (limit: number) => number;

const pictures = [...'🌵🍄🎈🐢🚲🍐🎻🪁🦔🍋🧭🪴'];
const signs = [...'☀☂☃★☎♞♫✂✈✎✿❄'];
const punctuation = [...'-_.,;:!?*+~=#'];

/**
 * A text of the same length and look, of other characters: a letter becomes a letter of its script and case, a digit a
 * digit, an emoji an emoji. White space stays, and so does punctuation between other characters.
 *
 * @param isPlain  takes any letter, where the pronounceable words have run out
 */
export function respelled(text: string, draw: Draw, isPlain = false): string {
  const characters = [...text];
  let place = draw(2);
  let made = '';
  for (const [index, character] of characters.entries()) {
    const letters = lettersLike(character);
    if (letters !== null) made += letterOf(letters, place++, draw, isPlain);
    else if (/\d/.test(character)) made += String(draw(10));
    else if (isStaying(characters, index)) made += character;
    else made += signLike(character, draw);
  }
  return made;
}

/** The same in lower case, and then with capitals where the original has them. */
export function recased(made: string, original: string): string {
  const capitals = [...original];
  return [...made].map((letter, index) => (/\p{Lu}/u.test(capitals[index] ?? '') ? upper(letter) : letter)).join('');
}

/** Only where that is one character again. */
function upper(letter: string): string {
  const capital = letter.toUpperCase();
  return capital.length === letter.length ? capital : letter;
}

function letterOf({ consonants, vowels, all }: Letters, place: number, draw: Draw, isPlain: boolean): string {
  return pick(isPlain ? all : place % 2 === 0 ? consonants : vowels, draw);
}

/** White space, marks that belong to a letter, and single punctuation: they say nothing about a person. */
function isStaying(characters: readonly string[], index: number): boolean {
  const character = characters[index] ?? '';
  if (/[\s\p{M}\p{Cf}]/u.test(character)) return true;
  const isSign = (other: string | undefined) => other !== undefined && !/[\s\p{L}\p{M}\p{N}]/u.test(other);
  const isAlone = !isSign(characters[index - 1]) && !isSign(characters[index + 1]);
  return isAlone && /[\p{P}=+]/u.test(character) && characters.length > 1;
}

function signLike(character: string, draw: Draw): string {
  if (character.length === 2) return pick(pictures, draw);
  const code = character.charCodeAt(0);
  // Half of a pair, which is not a character: it stays half of one.
  if (code >= 0xd800 && code <= 0xdfff) return String.fromCharCode((code & 0xfc00) | draw(0x400));
  return pick(code < 0x80 ? punctuation : signs, draw);
}

function pick(from: readonly string[], draw: Draw): string {
  return from[draw(from.length)] ?? '';
}
