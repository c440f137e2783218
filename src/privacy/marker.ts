/** What a marker stands for. */
const markedKinds = {
  n: 'name',
  m: 'email',
  a: 'answer',
  t: 'access_token',
  r: 'refresh_token',
  c: 'client_secret',
  w: 'webhook_secret',
} as const;
type Letter = keyof typeof markedKinds;
export type MarkedKind = (typeof markedKinds)[Letter];

/** Tokens and secrets must not be found anywhere; the other kinds belong to a person. */
export function isSecretKind(kind: MarkedKind): boolean {
  return kind !== 'name' && kind !== 'email' && kind !== 'answer';
}

/** A marker, read. It says whose it is without a list. */
export interface Marker {
  readonly kind: MarkedKind;
  /** Which name or answer, from 0; 0 for the other kinds. */
  readonly slot: number;
  /** The seed of the event that a person belongs to, or of the sandbox. */
  readonly seed: number;
  /** The number of the participant or of the login, from 0. */
  readonly index: number;
}

/** Begins every marker; long and rare, so that the search can skip most of the text. */
export const markerPrefix = 'rvcanary';
const seedDigits = 7;
const indexDigits = 4;
const checkDigits = 4;
const mostIndex = 36 ** indexDigits;
/** In characters, all of `a-z0-9`: JSON, URLs and base64url tokens take them as they are. */
export const markerLength = markerPrefix.length + 2 + seedDigits + indexDigits + checkDigits;

const letters = Object.entries(markedKinds) as readonly [Letter, MarkedKind][];
const letterOf = new Map(letters.map(([letter, kind]) => [kind, letter]));

/** The text of a marker. */
export function markerOf({ kind, slot, seed, index }: Marker): string {
  const place = (slot % 36).toString(36);
  const whose = `${digits(seed >>> 0, seedDigits)}${digits(index % mostIndex, indexDigits)}`;
  const body = `${letterOf.get(kind)}${place}${whose}`;
  return `${markerPrefix}${body}${checkOf(body)}`;
}

/** Reads a marker in any case; null for a text that only looks like one. */
export function readMarker(text: string): Marker | null {
  const lower = text.toLowerCase();
  const body = lower.slice(markerPrefix.length, -checkDigits);
  const kind = markedKinds[body[0] as Letter] as MarkedKind | undefined;
  const isWhole = lower.length === markerLength && lower.startsWith(markerPrefix) && /^[a-z0-9]+$/.test(body);
  if (!isWhole || kind === undefined || lower.slice(-checkDigits) !== checkOf(body)) return null;
  return {
    kind,
    slot: Number.parseInt(body.slice(1, 2), 36),
    seed: Number.parseInt(body.slice(2, 2 + seedDigits), 36),
    index: Number.parseInt(body.slice(2 + seedDigits), 36),
  };
}

/** Whether a text contains a marker, in the clear. */
export function hasMarker(text: string): boolean {
  const at = text.indexOf(markerPrefix);
  return at !== -1 && readMarker(text.slice(at, at + markerLength)) !== null;
}

function digits(value: number, count: number): string {
  return value.toString(36).padStart(count, '0');
}

/** FNV-1a: a text that has the prefix by chance fails it all but once in a million. */
function checkOf(body: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < body.length; i++) hash = Math.imul(hash ^ body.charCodeAt(i), 0x01000193);
  return digits(((hash ^ (hash >>> 15)) >>> 0) % 36 ** checkDigits, checkDigits);
}
