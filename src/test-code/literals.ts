import { shellWord } from '../errors/shell-word.ts';

/**
 * Whether a text contains nothing that an editor, Git or a compiler would change, or that looks different from what it
 * is.
 */
export function isPlain(text: string): boolean {
  return !/[^\P{C}\n\t]|[\u2028\u2029]/u.test(text);
}

/** Anybody can send these values: allows only characters that cannot end a string or start a comment or a variable. */
export function plain(text: string): string {
  return text.replace(/[^\w ./:;=,+?&%@~[\]-]/g, '');
}

/** A string in double quotes for JavaScript, Python and Go. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text);
}

/** The same in ASCII, for JavaScript, Python and Java, whose compiler may expect another encoding. */
export function asciiQuoted(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (char) => `\\u${hex(char, 4)}`);
}

/** A string of the bytes of a header, in double quotes, for Go. */
export function byteQuoted(text: string): string {
  return escaped(text, /["\\]/g);
}

/** A string of the bytes of a header, for PHP: without interpolation. */
export function phpBytes(text: string): string {
  return isVisible(text) ? singleQuoted(text) : escaped(text, /["\\$]/g);
}

/** A string of the bytes of a header, for Ruby: without interpolation. */
export function rubyBytes(text: string): string {
  return isVisible(text) ? singleQuoted(text) : `${escaped(text, /["\\#]/g)}.b`;
}

/** A text for PHP. A line break is escaped: Git may change those of a file. */
export function phpText(text: string): string {
  return /[\n\t]/.test(text) ? lineEscaped(text, /["\\$]/g) : singleQuoted(text);
}

/** A text for Ruby, as for PHP. */
export function rubyText(text: string): string {
  return /[\n\t]/.test(text) ? lineEscaped(text, /["\\#]/g) : singleQuoted(text);
}

/** A word for a POSIX shell of bytes that may be no text: what a header may be made of. */
export function shellBytes(text: string): string {
  if (isVisible(text)) return quoted(text);
  const format = text
    .replace(/[%\\]/g, '$&$&')
    .replace(/[^ -~]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"$(printf ${quoted(format)})"`;
}

/** POSIX quotes on every platform: the commands use a pipe and printf. */
export function quoted(text: string): string {
  return shellWord(text, 'linux');
}

function singleQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function isVisible(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function escaped(text: string, special: RegExp): string {
  return `"${text.replace(special, '\\$&').replace(/[^ -~]/g, (char) => `\\x${hex(char, 2)}`)}"`;
}

function lineEscaped(text: string, special: RegExp): string {
  return `"${text.replace(special, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

function hex(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, '0');
}
