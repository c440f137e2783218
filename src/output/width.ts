// Characters of most names, whose width needs neither ICU's tables nor those of emoji: loading them takes as long as
// starting Node.
/** Latin, Greek, Cyrillic, Hebrew, Arabic and Hindi: one column each. */
const single = [
  String.raw`\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a\u0660-\u066f`,
  String.raw`\u0671-\u06d5\u0904-\u0939\u093d\u0950\u0958-\u0961\u0964-\u096f\u1e00-\u1eff\u2010-\u2026`,
].join('');
/** Chinese, Japanese and Korean: two columns each. */
const double = String.raw`\u3001-\u3003\u3005-\u3011\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60`;
/** Marks above or below a letter, and those beside it, which take a column. */
const mark = String.raw`\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0902\u093c\u0941-\u0948`;
const spacingMark = String.raw`\u0903\u093e-\u0940\u0949-\u094c`;
/** Hindi's mark that joins two consonants into one grapheme. Source: Unicode annex 29, rule GB9c. */
const consonant = String.raw`[\u0915-\u0939\u0958-\u095f]`;
const virama = String.raw`(?<=${consonant}\u093c?)\u094d`;
const joined = `(?<=${virama})${consonant}`;

const plain = new RegExp(`^(?:[${single}${double}${mark}${spacingMark}]|${virama}(?![${mark}]))*$`);
const doubles = new RegExp(`[${double}]`, 'g');
const hidden = new RegExp(`[${mark}]|${virama}|${joined}`, 'g');
const graphemes = new RegExp(`.(?:[${mark}${spacingMark}]|${virama}|${joined})*`, 'g');

/** Measures text in columns of a terminal. */
export interface Ruler {
  /** Columns a text takes; wide characters and emoji take two. */
  widthOf(text: string): number;
  /** The text cut between graphemes to this many columns, ending in an ellipsis where something was cut. */
  fitTo(text: string, columns: number): string;
}

/** Whether `plainRuler` measures a text correctly. */
export function isPlain(text: string): boolean {
  return plain.test(text);
}

/** A ruler for plain texts only. */
export const plainRuler = createRuler(
  (text) => text.length + countOf(doubles, text) - countOf(hidden, text),
  (text) => text.match(graphemes) ?? [],
);

/** A ruler for any text. Loaded when the first text asks for it. */
export async function loadRuler(): Promise<Ruler> {
  const { default: stringWidth } = await import('string-width');
  const segmenter = new Intl.Segmenter();
  const widthOf = (text: string) => {
    if (isPlain(text)) return plainRuler.widthOf(text);
    let width = 0;
    for (const piece of piecesOf(text, segmenter)) width += stringWidth(piece, { countAnsiEscapeCodes: true });
    return width;
  };
  return createRuler(widthOf, function* (text) {
    for (const piece of piecesOf(text, segmenter)) for (const { segment } of segmenter.segment(piece)) yield segment;
  });
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}

function createRuler(widthOf: Ruler['widthOf'], graphemesOf: (text: string) => Iterable<string>): Ruler {
  return {
    widthOf,
    fitTo(text, columns) {
      let width = 0;
      let kept = '';
      let cut = '';
      for (const grapheme of graphemesOf(text)) {
        width += widthOf(grapheme);
        if (width > columns) return `${cut}…`;
        kept += grapheme;
        if (width < columns) cut = kept;
      }
      return text;
    },
  };
}

const pieceChars = 1_024;

/**
 * A text in pieces that end between graphemes (except within a grapheme longer than a piece). The time that
 * `Intl.Segmenter` takes grows with the square of a text's length: for 80,000 characters, which a participant can write
 * into a form, it is 14 s on Node 20.
 */
function* piecesOf(text: string, segmenter: Intl.Segmenter): Generator<string, void, void> {
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, at + pieceChars);
    // The last one may continue after the piece.
    const isLast = at + piece.length === text.length;
    const end = isLast ? 0 : segmenter.segment(piece).containing(piece.length - 1)?.index;
    const whole = end ? piece.slice(0, end) : piece;
    yield whole;
    at += whole.length;
  }
}
