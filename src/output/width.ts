/** Scripts without wide or combining characters: their width is their length, so they need no segmentation. */
const narrow = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2026]*$/;

/** Measures text in columns of a terminal. */
export interface Ruler {
  /** Columns a text takes; wide characters and emoji take two. */
  widthOf(text: string): number;
  /** The text cut between graphemes to this many columns, ending in an ellipsis where something was cut. */
  fitTo(text: string, columns: number): string;
}

/** Whether `narrowRuler` measures a text correctly. */
export function isNarrow(text: string): boolean {
  return narrow.test(text);
}

/** A ruler for narrow texts only. It is cheap to make. */
export const narrowRuler: Ruler = {
  widthOf: (text) => text.length,
  fitTo: (text, columns) => (text.length <= columns ? text : `${text.slice(0, columns - 1)}…`),
};

/**
 * A ruler for any text. Loaded when the first text asks for it: it brings ICU's tables with it, which take half as
 * long as starting Node.
 */
export async function loadRuler(): Promise<Ruler> {
  const { default: stringWidth } = await import('string-width');
  const graphemes = new Intl.Segmenter();
  const widthOf = (text: string) => {
    if (isNarrow(text)) return narrowRuler.widthOf(text);
    let width = 0;
    for (const piece of piecesOf(text, graphemes)) width += stringWidth(piece, { countAnsiEscapeCodes: true });
    return width;
  };

  const fitTo = (text: string, columns: number) => {
    if (isNarrow(text)) return narrowRuler.fitTo(text, columns);
    let width = 0;
    let kept = '';
    let cut = '';
    for (const piece of piecesOf(text, graphemes)) {
      for (const { segment } of graphemes.segment(piece)) {
        width += widthOf(segment);
        if (width > columns) return `${cut}…`;
        kept += segment;
        if (width < columns) cut = kept;
      }
    }
    return text;
  };
  return { widthOf, fitTo };
}

const pieceChars = 1_024;

/**
 * A text in pieces that end between graphemes (except within a grapheme longer than a piece). The time that
 * `Intl.Segmenter` takes grows with the square of a text's length: for 80,000 characters, which a participant can write
 * into a form, it is 14 s on Node 20.
 */
function* piecesOf(text: string, graphemes: Intl.Segmenter): Generator<string, void, void> {
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, at + pieceChars);
    // The last one may continue after the piece.
    const isLast = at + piece.length === text.length;
    const end = isLast ? 0 : graphemes.segment(piece).containing(piece.length - 1)?.index;
    const whole = end ? piece.slice(0, end) : piece;
    yield whole;
    at += whole.length;
  }
}
