import stringWidth from 'string-width';

/** Scripts without a wide or a combining character: their width is their length, and there is no need to segment. */
const narrow = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2026]*$/;

/** Columns a text takes on a terminal; wide characters and emoji take two. */
export function widthOf(text: string): number {
  return narrow.test(text) ? text.length : stringWidth(text, { countAnsiEscapeCodes: true });
}

/** The text cut between graphemes to so many columns, the last of them an ellipsis where something was cut. */
export function fitTo(text: string, columns: number): string {
  if (narrow.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  let width = 0;
  let kept = '';
  let cut = '';
  // Made here, because the first one in a process loads ICU's tables: a fifth of what starting Node takes.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > columns) return `${cut}…`;
    kept += segment;
    if (width < columns) cut = kept;
  }
  return text;
}
