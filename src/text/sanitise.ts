/**
 * What can move a cursor, recolour a screen or reorder a line: C0 but tab and newline, DEL, C1, and the characters
 * that override the direction of text. U+2028 and U+2029 are here because some terminals break lines at them.
 */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const everyUnsafe = new RegExp(unsafe, 'g');

/** White space that would break a cell or a line apart. */
const breaks = /[\t\n\u2028\u2029]+|\r\n?/g;

/** The text without terminal control characters; tabs and newlines stay. Never throws. */
export function sanitise(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, '') : text;
}

/** The text as one safe line: breaks and tabs are spaces. Never throws. */
export function sanitiseLine(text: string): string {
  return sanitise(text.replace(breaks, ' '));
}

/**
 * JSON text with the same meaning, in which no raw character can act on a terminal: they become `\uXXXX` escapes.
 * C0 characters need no care, JSON allows them nowhere but between tokens, where only white space is valid.
 */
export function escapeForTerminal(json: string): string {
  return unsafe.test(json)
    ? json.replace(everyUnsafe, (found) =>
        found === '\r' ? '' : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : json;
}
