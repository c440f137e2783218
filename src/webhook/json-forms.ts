/** A language whose JSON library is known by the form of what it writes. */
export type JsonLanguage = 'JavaScript' | 'Python' | 'Go' | 'PHP' | 'Ruby' | 'Java' | 'C#';

/** One way to write a JSON value. */
export interface JsonForm {
  /** Completes "the same JSON …". */
  readonly what: string;
  /** Calls that write it, the most likely language first; none if it takes more than one call. */
  readonly by: Readonly<Partial<Record<JsonLanguage, string>>>;
  /** Whether 1.0 is written as 1.0, not as 1. */
  readonly keepsDecimals: boolean;
  /** What each level adds to the beginning of a line; empty where all is on one line. */
  readonly indent: string;
  readonly write: (value: unknown) => string;
}

const compact = (value: unknown): string => JSON.stringify(value);
const spaced = (value: unknown): string => pythonSpacing(compact(value));
const sorted = (value: unknown): string => compact(withSortedKeys(value));

/** Forms on one line, the most frequent first. */
const lineForms: readonly Omit<JsonForm, 'indent'>[] = [
  {
    what: 'written compactly',
    by: { JavaScript: 'JSON.stringify()', PHP: 'json_encode(…, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)' },
    keepsDecimals: false,
    write: compact,
  },
  {
    what: 'written compactly',
    by: {
      Java: 'ObjectMapper.writeValueAsString()',
      Ruby: 'JSON.generate()',
      Python: 'json.dumps(…, separators=(",", ":"), ensure_ascii=False)',
    },
    keepsDecimals: true,
    write: compact,
  },
  {
    what: 'as Python writes it, non-ASCII characters escaped',
    by: { Python: 'json.dumps()' },
    keepsDecimals: true,
    write: (value) => escapeNonAscii(spaced(value)),
  },
  {
    what: 'with a space after each comma and colon, as Python writes it',
    by: { Python: 'json.dumps(…, ensure_ascii=False)' },
    keepsDecimals: true,
    write: spaced,
  },
  {
    what: 'with its keys sorted, as Python writes it',
    by: { Python: 'json.dumps(…, sort_keys=True)' },
    keepsDecimals: true,
    write: (value) => escapeNonAscii(pythonSpacing(sorted(value))),
  },
  {
    what: 'with its keys sorted and a space after each comma and colon, as Python writes it',
    by: { Python: 'json.dumps(…, sort_keys=True, ensure_ascii=False)' },
    keepsDecimals: true,
    write: (value) => pythonSpacing(sorted(value)),
  },
  {
    what: 'with non-ASCII characters escaped',
    by: { Python: 'json.dumps(…, separators=(",", ":"))', PHP: 'json_encode(…, JSON_UNESCAPED_SLASHES)' },
    keepsDecimals: true,
    write: (value) => escapeNonAscii(compact(value)),
  },
  {
    what: 'with its keys sorted, compactly as Python writes it',
    by: { Python: 'json.dumps(…, sort_keys=True, separators=(",", ":"))' },
    keepsDecimals: true,
    write: (value) => escapeNonAscii(sorted(value)),
  },
  {
    what: 'with its keys sorted and <, > and & escaped, as Go writes a map',
    by: { Go: 'json.Marshal() of a map' },
    keepsDecimals: false,
    write: (value) => escapeHtml(sorted(value), goEscaped),
  },
  { what: 'with its keys sorted', by: {}, keepsDecimals: true, write: sorted },
  {
    what: 'with slashes escaped, as PHP writes it',
    by: { PHP: 'json_encode()' },
    keepsDecimals: false,
    write: (value) => escapeSlashes(escapeNonAscii(compact(value))),
  },
  {
    what: 'with slashes escaped',
    by: { PHP: 'json_encode(…, JSON_UNESCAPED_UNICODE)' },
    keepsDecimals: false,
    write: (value) => escapeSlashes(compact(value)),
  },
  {
    what: 'with <, > and & escaped, as Rails or a Go struct writes it',
    by: { Go: 'json.Marshal() of a struct', Ruby: 'to_json() of Rails' },
    keepsDecimals: true,
    write: (value) => escapeHtml(compact(value), goEscaped),
  },
  {
    what: "with <, >, &, = and ' escaped, as Gson writes it",
    by: { Java: 'Gson.toJson()' },
    keepsDecimals: true,
    write: (value) => escapeHtml(compact(value), gsonEscaped),
  },
  {
    what: 'as .NET writes it',
    by: { 'C#': 'JsonSerializer.Serialize()' },
    keepsDecimals: true,
    write: (value) => escapeForNet(compact(value)),
  },
  {
    what: 'with its keys sorted and a line break at its end, as Go encodes a map',
    by: { Go: 'json.NewEncoder(…).Encode() of a map' },
    keepsDecimals: false,
    write: (value) => `${escapeHtml(sorted(value), goEscaped)}\n`,
  },
];

/** A form of several lines. */
function pretty(
  indent: string,
  how: string,
  by: JsonForm['by'],
  write: (json: string) => string,
  arrange: (value: unknown) => unknown = (value) => value,
): JsonForm {
  return {
    what: `pretty-printed (${indent === '\t' ? 'tabs' : `${indent.length} spaces`})${how}`,
    by,
    keepsDecimals: by.Go === undefined && by.PHP === undefined,
    indent,
    write: (value) => write(JSON.stringify(arrange(value), null, indent)),
  };
}

const [two, four, tab] = ['  ', '    ', '\t'];

/** Forms of several lines. Every language can write the first three, so they are nobody's. */
const prettyForms: readonly JsonForm[] = [
  ...[two, four, tab].map((indent) => pretty(indent, '', {}, (json) => json)),
  ...[two, four].flatMap((indent) => [
    pretty(
      indent,
      ', non-ASCII characters escaped',
      { Python: `json.dumps(…, indent=${indent.length})` },
      escapeNonAscii,
    ),
    pretty(
      indent,
      ', its keys sorted and non-ASCII characters escaped',
      { Python: `json.dumps(…, indent=${indent.length}, sort_keys=True)` },
      escapeNonAscii,
      withSortedKeys,
    ),
  ]),
  ...[two, tab].map((indent) =>
    pretty(
      indent,
      ', its keys sorted and <, > and & escaped',
      { Go: 'json.MarshalIndent() of a map' },
      (json) => escapeHtml(json, goEscaped),
      withSortedKeys,
    ),
  ),
  pretty(four, ', slashes escaped', { PHP: 'json_encode(…, JSON_PRETTY_PRINT)' }, (json) =>
    escapeSlashes(escapeNonAscii(json)),
  ),
  pretty(two, ', as .NET writes it', { 'C#': 'JsonSerializer.Serialize() with WriteIndented' }, escapeForNet),
];

/**
 * The forms in which common JSON libraries write a value.
 *
 * Source: the documentation of each call named, and its output for the same value.
 */
export const jsonForms: readonly JsonForm[] = [...lineForms.map((form) => ({ ...form, indent: '' })), ...prettyForms];

const goEscaped = /[<>&\u2028\u2029]/g;
const gsonEscaped = /[<>&='\u2028\u2029]/g;

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Those characters stand in strings only, so the JSON means the same. */
function escapeHtml(json: string, escaped: RegExp): string {
  return json.replace(escaped, unicodeEscape);
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unicodeEscape);
}

function escapeSlashes(json: string): string {
  return json.replaceAll('/', '\\/');
}

/** System.Text.Json escapes quotes by number too, and writes its digits in upper case. */
function escapeForNet(json: string): string {
  return json.replace(/\\"|[<>&'+`\u0080-\uffff]/g, (found) => {
    const char = found === '\\"' ? '"' : found;
    return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** A space after every comma and colon outside strings. */
function pythonSpacing(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) => (token === ',' || token === ':' ? `${token} ` : token));
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, withSortedKeys((value as Record<string, unknown>)[key])]));
}
