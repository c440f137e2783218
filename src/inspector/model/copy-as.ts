import { shellWord } from '../../errors/shell-word.ts';
import type { DeliveryLine } from './wire.ts';

/** A curl command that sends the same headers and bytes. */
export function asCurl({ headers, body, body_base64: base64 }: DeliveryLine, url: string): string {
  const words = Object.entries(headers)
    .filter(([name]) => !unsent.has(name))
    .flatMap(([name, value]) => [value].flat().map((one) => `  -H ${quoted(`${name}: ${one}`)}`));
  const isText = body !== null && !body.includes('\0');
  const source = isText ? `printf %s ${quoted(body)}` : `printf %s ${base64} | base64 -d`;
  return [`${source} | curl -sS -i ${quoted(url)}`, ...words, '  --data-binary @-'].join(' \\\n');
}

/** A revento command that sends it again, with its recorded line on standard input. */
export function asRevento(line: DeliveryLine, url: string): string {
  return `printf '%s\\n' ${quoted(JSON.stringify(line))} | revento webhook replay - --to ${quoted(url)} --resign`;
}

/** Headers of one connection: curl sets its own. */
const unsent: ReadonlySet<string> = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);

/** POSIX quotes on every platform: the commands use a pipe and printf. */
function quoted(text: string): string {
  return shellWord(text, 'linux');
}
