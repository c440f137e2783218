import { markerLength, markerPrefix } from './marker.ts';

/** A way in which a text may be written down. */
export interface Form {
  readonly name: string;
  /** How an encoded marker may begin: texts of single bytes (latin1), at least `windowLength` long. */
  readonly beginnings: readonly string[];
  readonly isCaseFolded?: boolean;
  /** Reads an encoded marker at the beginning of a text; null when it is not one. */
  decode(text: string): string | null;
}

/** As many bytes of a beginning are compared. */
export const windowLength = 8;
/** The longest encoded marker: each character as `\u0072`. */
export const longestForm = markerLength * 6;

/** The line breaks that quoted-printable adds, and a pattern for them. */
const softBreaks = { texts: ['=\n', '=\r\n'], pattern: '=\\r?\\n' };

/** Every form that the scanner knows. */
export const forms: readonly Form[] = [
  {
    name: 'plain',
    beginnings: [markerPrefix, ...broken(markerPrefix, softBreaks.texts)],
    isCaseFolded: true,
    decode: reader('[0-9a-z]', (text) => text, softBreaks.pattern),
  },
  ...[0, 1, 2].map(base64Form),
  escapeForm('percent', (hex) => `%${hex}`, '%([0-9a-f]{2})', 16),
  escapeForm('json', (hex) => `\\u00${hex}`, '\\\\u00([0-9a-f]{2})', 16),
  escapeForm('javascript', (hex) => `\\x${hex}`, '\\\\x([0-9a-f]{2})', 16),
  escapeForm('html', (hex) => `&#x${hex};`, '&#x0{0,2}([0-9a-f]{2});', 16),
  escapeForm('html', (hex) => `&#${Number.parseInt(hex, 16)};`, '&#0?(\\d{2,3});', 10),
  escapeForm('quoted-printable', (hex) => `=${hex}`, '=([0-9a-f]{2})', 16, softBreaks),
  {
    name: 'hex',
    beginnings: [hexOf(markerPrefix)],
    decode: reader('[0-9a-f]{2}', (text) => Buffer.from(text, 'hex').toString('latin1')),
  },
  // Big-endian text has the same bytes, from its second one on.
  {
    name: 'utf-16',
    beginnings: [Buffer.from(markerPrefix, 'utf16le').toString('latin1')],
    isCaseFolded: true,
    decode: reader('[0-9a-z]\\0?', (text) => text.replaceAll('\0', '')),
  },
];

/** Base64 and base64url, which agree in these characters, of a text with `lead` bytes before it in its group of three. */
function base64Form(lead: number): Form {
  const first = Math.ceil((lead * 8) / 6);
  const last = Math.floor(((lead + markerPrefix.length) * 8) / 6);
  const encoded = Buffer.from('\0'.repeat(lead) + markerPrefix).toString('base64');
  const known = encoded.slice(first, last);
  const count = Math.ceil(((lead + markerLength) * 8) / 6) - first;
  const breaks = ['\n', '\r\n', '\\n', '\\r\\n'];
  return {
    name: 'base64',
    beginnings: [known, ...broken(known, breaks)],
    decode: reader(
      '[A-Za-z0-9+/_-]',
      (text) =>
        Buffer.from(encoded.slice(0, first) + text, 'base64')
          .toString('latin1')
          .slice(lead),
      '\\r?\\n|(?:\\\\r)?\\\\n',
      count,
    ),
  };
}

/** A form that writes every character, or at least the first two, as an escape. */
function escapeForm(
  name: string,
  write: (hex: string) => string,
  pattern: string,
  radix: number,
  breaks: { readonly texts: readonly string[]; readonly pattern?: string } = { texts: [] },
): Form {
  const written = (hexOf(markerPrefix).match(/../g) ?? []).map(write).join('');
  const escapes = new RegExp(pattern, 'gi');
  return {
    name,
    beginnings: [written, ...broken(written, breaks.texts)],
    isCaseFolded: true,
    decode: reader(
      `(?:${pattern}|[0-9a-z])`,
      (text) => text.replace(escapes, (_, code: string) => String.fromCharCode(Number.parseInt(code, radix))),
      breaks.pattern,
    ),
  };
}

/** Reads as many units as a marker has, with breaks between them left out. */
function reader(
  unit: string,
  decode: (text: string) => string,
  breaks = '(?!)',
  count: number = markerLength,
): Form['decode'] {
  const whole = new RegExp(`^(?:${unit}(?:${breaks})?){${count}}`, 'i');
  const between = new RegExp(breaks, 'g');
  return (text) => {
    const found = whole.exec(text)?.[0];
    return found === undefined ? null : decode(found.replace(between, '')).slice(0, markerLength);
  };
}

/** The text with one line break in it, as wrapped base64 and quoted-printable have them. */
function broken(text: string, breaks: readonly string[]): readonly string[] {
  const places = Array.from({ length: windowLength - 1 }, (_, index) => index + 1);
  return breaks.flatMap((one) => places.map((at) => text.slice(0, at) + one + text.slice(at)));
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
