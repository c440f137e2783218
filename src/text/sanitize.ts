/** Zero-width characters that change the text around them, as the inside of a character class. */
export const invisibleCharacters =
  '\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}';

/**
 * The one rule for text that somebody else wrote, on screens and in files made to be read: nothing in it may move a
 * cursor, recolor a screen, reorder a line or be there unseen. Gone are C0 but tab and newline, DEL, C1, what
 * overrides the direction of text, zero-width space, word joiner and byte order mark, language tags, and U+2028 and
 * U+2029, at which some terminals break lines. The zero-width joiners stay: Persian and emoji are written with them.
 */
export const unsafeCharacters = `\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f${invisibleCharacters}`;

const unsafe = new RegExp(`[${unsafeCharacters}]`, 'u');
const everyUnsafe = new RegExp(unsafe, 'gu');

/** White space that would break a cell or a line apart. */
const breaks = /[\t\n\u2028\u2029]+|\r\n?/g;

/** The text without unsafe characters; tabs and newlines stay. */
export function sanitize(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, '') : text;
}

/** The text as one safe line: breaks and tabs are spaces. */
export function sanitizeLine(text: string): string {
  return sanitize(text.replace(breaks, ' '));
}

/**
 * JSON text with the same meaning, in which no raw character is unsafe: they become `\uXXXX` escapes. C0 characters
 * need no care, because JSON allows them only between tokens, where a carriage return is dropped.
 */
export function escapeForTerminal(json: string): string {
  return unsafe.test(json) ? json.replace(everyUnsafe, (found) => (found === '\r' ? '' : escaped(found))) : json;
}

/** One escape for each UTF-16 unit. */
function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
