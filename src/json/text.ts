/**
 * Work on JSON as text. Every function here takes text that is already known to be valid JSON, walks it without
 * recursion, and never turns a number into a double: so digits, unknown fields, duplicate keys and `__proto__` come
 * out as they went in.
 */

/** JSON's punctuation, as the character codes that a walk over its text compares. */
export const quote = 34;

export const comma = 44;

export const colon = 58;

export const openBracket = 91;

const backslash = 92;

export const closeBracket = 93;

export const openBrace = 123;

export const closeBrace = 125;

export function isObject(text: string): boolean {
  return text.charCodeAt(0) === openBrace;
}

export function isArray(text: string): boolean {
  return text.charCodeAt(0) === openBracket;
}

/** The elements of an array, each as its own slice of the text. Empty when it is not an array. */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openBracket) return elements;
  at = skipSpace(text, at + 1);
  while (at < text.length && text.charCodeAt(at) !== closeBracket) {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return elements;
}

/** An object's members in their order, duplicates included; keys decoded, values as slices. Empty when it is not an object. */
export function entriesOf(text: string): [key: string, value: string][] {
  const entries: [string, string][] = [];
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openBrace) return entries;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === quote) {
    const endOfKey = endOfString(text, at);
    const key = decodeString(text.slice(at, endOfKey));
    at = skipSpace(text, endOfKey);
    if (text.charCodeAt(at) === colon) at = skipSpace(text, at + 1);
    const end = endOfValue(text, at);
    entries.push([key, text.slice(at, end)]);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return entries;
}

/** The value of a key as a slice, the last one where the key is repeated (as `JSON.parse` has it), or undefined. */
export function memberOf(text: string, name: string): string | undefined {
  let found: string | undefined;
  for (const [key, value] of entriesOf(text)) if (key === name) found = value;
  return found;
}

/** The characters a JSON string stands for. */
export function decodeString(text: string): string {
  return text.indexOf('\\') < 0 ? text.slice(1, -1) : (JSON.parse(text) as string);
}

/** The text without white space between tokens: one line, the same bytes otherwise. */
export function compact(text: string): string {
  let result = '';
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (isSpace(code)) {
      result += text.slice(from, at);
      at = skipSpace(text, at);
      from = at;
    } else at++;
  }
  return from === 0 ? text : result + text.slice(from);
}

/** The text on one line: itself when it is one already, so that bytes pass untouched. */
export function oneLine(text: string): string {
  return text.indexOf('\n') < 0 && text.indexOf('\r') < 0 ? text : compact(text);
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** Index just past the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    // A quote ends the string unless an odd number of backslashes stands before it.
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((at - before) % 2 === 1) return at + 1;
  }
}

/** Index just past the value that begins at `start`. */
export function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) {
      // At depth 0 the bracket belongs to the container around a number or a literal.
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (code === comma || isSpace(code))) return at;
    at++;
  }
  return at;
}

/**
 * How deep JSON goes, and what an indented form adds to it at most: one character a mark (a line break, or the
 * space after a colon) and the indentation as often as there are steps.
 */
export function levelsOf(json: string): { readonly deepest: number; readonly marks: number; readonly steps: number } {
  let [level, deepest, marks, steps] = [0, 0, 0, 0];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === quote) at = endOfString(json, at) - 1;
    else if (code === colon) marks++;
    else if (
      code === comma ||
      code === openBrace ||
      code === openBracket ||
      code === closeBrace ||
      code === closeBracket
    ) {
      if (code === openBrace || code === openBracket) level++;
      else if (code !== comma) level--;
      deepest = Math.max(deepest, level);
      marks++;
      steps += level;
    }
  }
  return { deepest, marks, steps };
}
