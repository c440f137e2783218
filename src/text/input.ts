import { invisibleCharacters } from './sanitize.ts';

/**
 * Text from a person, a file or the environment, read by one rule:
 *
 * - Bytes are UTF-8, or UTF-16 as Windows writes it. A byte order mark is dropped.
 * - Line ends after a value are dropped: `echo`, editors and CRLF files add them.
 * - Blanks around a setting are dropped too. Around a secret they may be intended, so they are kept, with a warning.
 * - Quotes and invisible characters are kept, with a warning.
 */

/** The text that bytes stand for, without its byte order mark; null where they are neither UTF-8 nor UTF-16. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    // TextDecoder drops the byte order mark of its own encoding.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The same for bytes of which some may not be text, or that end within a character: that becomes `\ufffd`. */
export function decodeLoosely(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Whether bytes are UTF-16, as far as their beginning shows. */
export function isUtf16(bytes: Uint8Array): boolean {
  return encodingOf(bytes) !== 'utf-8';
}

/** A stream of text as UTF-8, in which some bytes may not be text. */
export async function* asUtf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let first: Uint8Array | null = new Uint8Array();
  for await (const piece of pieces) {
    const bytes: Uint8Array = first === null ? piece : Buffer.concat([first, piece]);
    if (first !== null && bytes.length < 2) {
      first = bytes;
      continue;
    }
    if (first !== null && isUtf16(bytes)) decoder = new TextDecoder(encodingOf(bytes));
    first = null;
    yield decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
  if (first !== null && first.length > 0) yield first;
  if (decoder !== null) yield Buffer.from(decoder.decode());
}

/** UTF-16 shows by its byte order mark, or by the zero beside the first ASCII character. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === undefined || second === undefined || (first === 0) === (second === 0)) return 'utf-8';
  return second === 0 ? 'utf-16le' : 'utf-16be';
}

/** A secret without a leading byte order mark and trailing line ends. Blanks stay; see `oddityOf`. */
export function secretText(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/[\r\n]+$/, '');
}

/** A setting without a byte order mark, and without blanks and line ends around it. */
export function settingText(text: string): string {
  return secretText(text).trim();
}

/** Characters without a width, which are not typed but copied with a value from a page. */
const invisible = new RegExp(`[\\u00ad\\u200c\\u200d${invisibleCharacters}]`, 'u');

/**
 * What is odd about a value and may be a mistake, as words that follow its name, such as `is in quotes`; null for
 * nothing. The value is not repeated: it may be a secret.
 */
export function oddityOf(value: string): string | null {
  if (value.trim() !== value) return 'has leading or trailing whitespace';
  if (/^(["'`\u2018\u201c]).*["'`\u2019\u201d]$/su.test(value)) return 'is in quotes, which count as part of it';
  const [found] = invisible.exec(value) ?? [];
  if (found === undefined) return null;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `contains an invisible character (U+${code})`;
}
