import type { HeaderList } from '../ports/exchange.ts';
import { toBase64 } from '../text/base64.ts';
import { isPlain, quoted, shellBytes } from './literals.ts';
import { sentHeaders, textOf } from './test-file.ts';

/** A curl command that sends the same headers and bytes. */
export function asCurl(
  { headers, body }: { readonly headers: HeaderList; readonly body: Uint8Array },
  url: string,
): string {
  const text = textOf(body);
  const words = headerWords(sentHeaders({ headers, isSigned: false })).map((word) => `  -H ${word}`);
  const command = `${bodyCommand(text !== null && isPlain(text) ? text : null, toBase64(body))} | curl -sS -g -i ${quoted(url)}`;
  return [command, ...words, '  --data-binary @-'].join(' \\\n');
}

/** A shell command that prints a body. */
export function bodyCommand(text: string | null, base64: string): string {
  return text === null ? `printf %s ${base64} | base64 -d` : `printf %s ${quoted(text)}`;
}

/** The values of `-H` that give curl exactly these headers: without its own content type, and without a pause. */
export function headerWords(headers: HeaderList): readonly string[] {
  const words = headers.map(([name, value]) => shellBytes(value === '' ? `${name};` : `${name}: ${value}`));
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return [...words, ...(hasType ? [] : ["'Content-Type:'"]), "'Expect:'"];
}
