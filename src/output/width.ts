import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();
const ascii = /^[\x20-\x7e]*$/;

/** Columns a text takes on a terminal; wide characters and emoji take two. */
export function widthOf(text: string): number {
  return ascii.test(text) ? text.length : stringWidth(text, { countAnsiEscapeCodes: true });
}

/** The text cut between graphemes to so many columns, the last of them an ellipsis where something was cut. */
export function fitTo(text: string, columns: number): string {
  if (ascii.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  let width = 0;
  let kept = '';
  let cut = '';
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) return `${cut}…`;
    kept += segment;
    if (width < columns) cut = kept;
  }
  return text;
}

/** The text and the spaces that fill so many columns. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}
