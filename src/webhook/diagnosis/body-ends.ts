/**
 * The invisible ends of a body: a byte order mark or line breaks. They count for the signature
 * like every byte, and editors, shells and `curl -d` add or drop them.
 *
 * @returns clauses such as `ends in a line break`; none for an ordinary body
 */
export function bodyEnds(body: Uint8Array): readonly string[] {
  const found: string[] = [];
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) found.push('begins with a byte order mark');
  else if (isUtf16Mark(body)) found.push('is UTF-16: it begins with its byte order mark');
  if (body.at(-1) === 0x0a) found.push(body.at(-2) === 0x0d ? 'ends in a line break (CRLF)' : 'ends in a line break');
  return found;
}

function isUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
