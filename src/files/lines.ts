const newline = 0x0a;

/**
 * The lines of a stream of bytes, without their line breaks; the last one also where none follows it. Null takes the
 * place of a line with more than `maxBytes`, of which nothing is kept.
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Buffer | null, void, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > maxBytes ? null : Buffer.concat(parts, length);
    [parts, length] = [[], 0];
    return line;
  };
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > maxBytes) parts = [];
    // A copy: a part of a large piece would keep all of it.
    else parts.push(Uint8Array.prototype.slice.call(part));
  };
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, from)) {
      add(piece.subarray(from, end));
      yield take();
      from = end + 1;
    }
    if (from < piece.length) add(piece.subarray(from));
  }
  if (length > 0) yield take();
}
