import { unsafeCharacters } from './sanitize.ts';

/** Tab, line feed and similar, and the two Unicode line ends: they separate words, so a space replaces them. */
const lineBreaking = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Besides those, halves of a surrogate pair that stand alone: as a range, because `\p` would load ICU's tables. */
const unsafe = new RegExp(`[${unsafeCharacters}\\ud800-\\udfff]`, 'gu');

/**
 * Text that somebody else wrote, as one harmless line: line ends become spaces, unsafe characters become U+FFFD, and
 * what is longer than `maxChars` code points is cut and ends in `…`. A page has to escape it as well.
 */
export function plainLine(text: string, maxChars: number): string {
  // Cut coarsely first: a megabyte is not worth cleaning to show 600 characters of it.
  const line = text
    .slice(0, maxChars * 4)
    .replace(lineBreaking, ' ')
    .replace(unsafe, '\ufffd')
    .trim();
  const chars = Array.from(line);
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join('')}…`;
}
