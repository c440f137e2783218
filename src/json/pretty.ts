import type { Style } from '../text/style.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  compact,
  endOfString,
  endOfValue,
  openBrace,
  openBracket,
  quote,
  skipSpace,
} from './text.ts';

/**
 * Levels that are indented; what lies deeper stays on one line. The indentation of ten thousand levels would be a
 * hundred times longer than the data.
 */
const deepestIndent = 64;

/**
 * JSON text laid out with two spaces a level, as `JSON.stringify(value, null, 2)` has it, every token as it was.
 *
 * @param style colors the tokens; null leaves them plain
 * @param depth levels this value already stands in
 */
export function pretty(text: string, style: Style | null, depth = 0): string {
  let result = '';
  let level = depth;
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const code = text.charCodeAt(at);
    let end = at + 1;
    if (code === openBrace || code === openBracket) {
      const inner = skipSpace(text, end);
      const isEmpty = isClosing(text.charCodeAt(inner));
      if (isEmpty || level - depth >= deepestIndent) {
        end = isEmpty ? inner + 1 : endOfValue(text, at);
        result += compact(text.slice(at, end));
      } else {
        level++;
        result += text[at] + lineBreak(level);
      }
    } else if (isClosing(code)) {
      level--;
      result += lineBreak(level) + text[at];
    } else if (code === comma) {
      result += `,${lineBreak(level)}`;
    } else if (code === colon) {
      result += ': ';
    } else {
      end = code === quote ? endOfString(text, at) : endOfValue(text, at);
      const token = text.slice(at, end);
      result += style === null ? token : paint(token, text.charCodeAt(skipSpace(text, end)) === colon, style);
    }
    at = skipSpace(text, end);
  }
  return result;
}

function isClosing(code: number): boolean {
  return code === closeBrace || code === closeBracket;
}

function lineBreak(level: number): string {
  return `\n${'  '.repeat(level)}`;
}

function paint(token: string, isKey: boolean, style: Style): string {
  if (isKey) return style.blue(token);
  if (token.startsWith('"')) return style.green(token);
  if (token === 'null') return style.dim(token);
  return token === 'true' || token === 'false' ? style.yellow(token) : style.cyan(token);
}
