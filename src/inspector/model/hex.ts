interface HexLine {
  /** Eight hex digits: the offset of the first byte. */
  readonly offset: string;
  /** Two hex digits each, 16 at most. */
  readonly bytes: readonly string[];
  /** The same as ASCII, with a dot for unprintable bytes. */
  readonly text: string;
}

export const bytesPerLine = 16;

/** The lines of a hex dump, from a start line, up to a limit. */
export function hexLines(bytes: Uint8Array, fromLine = 0, mostLines = Number.POSITIVE_INFINITY): HexLine[] {
  const lines: HexLine[] = [];
  const end = Math.min(bytes.length, (fromLine + mostLines) * bytesPerLine);
  for (let at = fromLine * bytesPerLine; at < end; at += bytesPerLine) {
    const part = [...bytes.subarray(at, at + bytesPerLine)];
    lines.push({
      offset: at.toString(16).padStart(8, '0'),
      bytes: part.map((byte) => byte.toString(16).padStart(2, '0')),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return lines;
}
