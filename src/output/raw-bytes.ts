import { isJson } from '../json/parse.ts';
import { pretty } from '../json/pretty.ts';
import { escapeForTerminal, sanitize } from '../text/sanitize.ts';
import type { Style } from '../text/style.ts';

/**
 * Answers that are printed unchanged: byte for byte, except on a terminal, which gets the same
 * text without what could control it, a document in JSON indented and colored, and a final newline.
 *
 * @param terminal  null when the output is not one
 */
export function createRawBytes(terminal: Style | null): {
  chunk(bytes: Uint8Array): string | Uint8Array;
  end(): string;
} {
  if (terminal === null) return { chunk: (bytes) => bytes, end: () => '' };
  const decoder = new TextDecoder();
  let isLineOpen = false;
  return {
    chunk(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (isJson(text)) {
        isLineOpen = true;
        return pretty(escapeForTerminal(text), terminal.isColor ? terminal : null);
      }
      if (text !== '') isLineOpen = !text.endsWith('\n');
      return sanitize(text);
    },
    end: () => (isLineOpen ? '\n' : ''),
  };
}
