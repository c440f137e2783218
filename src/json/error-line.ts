/** One token of JSON after white space; the empty alternative is the end of the text. */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y;

/** What may come next: a value, a key, or what follows either. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** The line, counted from 1, of the first unexpected token in a text that is not JSON. */
export function errorLine(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  token.lastIndex = 0;
  for (;;) {
    const start = token.lastIndex;
    const found = token.exec(text);
    const next: Expected | null =
      found && step(expected, found[1] ?? (found[2] === undefined ? 'scalar' : 'string'), open);
    if (next === null) return lineAt(text, start);
    expected = next;
  }
}

/** What is expected after a token; null when the token is not. */
function step(expected: Expected, found: string, open: string[]): Expected | null {
  const closes = (expected === 'value or ]' && found === ']') || (expected === 'key or }' && found === '}');
  if (closes || (expected === ', or end' && found === open.at(-1))) {
    open.pop();
    return ', or end';
  }
  switch (expected) {
    case 'value':
    case 'value or ]':
      if (found === '{' || found === '[') {
        open.push(found === '{' ? '}' : ']');
        return found === '{' ? 'key or }' : 'value or ]';
      }
      return found === 'scalar' || found === 'string' ? ', or end' : null;
    case 'key':
    case 'key or }':
      return found === 'string' ? ':' : null;
    case ':':
      return found === ':' ? 'value' : null;
    default:
      if (found !== ',' || open.length === 0) return null;
      return open.at(-1) === '}' ? 'key' : 'value';
  }
}

/** The line of the first non-blank character from `start` on; at the end of the text, the last line with one. */
function lineAt(text: string, start: number): number {
  const blanks = /[ \t\r\n]*/y;
  blanks.lastIndex = start;
  blanks.exec(text);
  const before = blanks.lastIndex < text.length ? text.slice(0, blanks.lastIndex) : text.trimEnd();
  return before.split('\n').length;
}
