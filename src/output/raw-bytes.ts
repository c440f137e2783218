import { escapeForTerminal, sanitise } from './sanitise.ts';

/**
 * Answers that are printed as they came. Anywhere but on a terminal not a byte is touched; a terminal gets the same
 * text without what could control it, and a final newline.
 */
export function createRawBytes(isTty: boolean): { chunk(bytes: Uint8Array): string | Uint8Array; end(): string } {
  if (!isTty) return { chunk: (bytes) => bytes, end: () => '' };
  const decoder = new TextDecoder();
  let isLineOpen = false;
  return {
    chunk(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') isLineOpen = !text.endsWith('\n');
      return isJson(text) ? escapeForTerminal(text) : sanitise(text);
    },
    end: () => (isLineOpen ? '\n' : ''),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
