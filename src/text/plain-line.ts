/** Tab, line feed and their kin, and the two Unicode line ends: they part words, so a space takes their place. */
const lineBreaking = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/**
 * What can rewrite a terminal line or a page without being seen: C0, DEL, C1, bidirectional marks, embeddings,
 * overrides and isolates, zero-width space and BOM, language tags, and halves of surrogate pairs.
 * The zero-width joiners stay: Persian and emoji are written with them.
 */
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/**
 * Text that somebody else wrote, as one harmless line: line ends become spaces, control and direction-changing
 * characters become U+FFFD, and what is longer than `maxChars` code points is cut and ends in `…`.
 *
 * It is still not HTML: a page escapes it as well. Never throws.
 */
export function plainLine(text: string, maxChars: number): string {
  // Cut coarsely first: a megabyte is not worth cleaning to show 600 characters of it.
  const line = text
    .slice(0, maxChars * 4)
    .replace(lineBreaking, ' ')
    .replace(invisible, '\ufffd')
    .trim();
  const chars = Array.from(line);
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join('')}…`;
}
