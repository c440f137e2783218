import { isJson } from '../../../json/parse.ts';
import { pretty } from '../../../json/pretty.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Style } from '../../../text/style.ts';
import type { Delivery } from '../../../webhook/delivery.ts';

/** Longer payloads are cut on screen; `-o ndjson` and `--record` have them whole. */
const shownPayloadChars = 64 * 1024;

/** In lines, on a terminal: a longer payload would push everything else off the screen. */
const shownPayloadLines = 120;

const shownLineChars = 1_000;

/** The body of a delivery, indented if it is JSON. */
export function payloadText(delivery: Delivery, style: Style): string {
  const { body, bodyBytes, isJson: isVerifiedJson } = delivery;
  const text = (delivery.text ?? new TextDecoder().decode(body)).replace(/^\ufeff/, '');
  const note = (what: string) => style.dim(`(${what}${body.length} bytes; -o ndjson and --record have them all)`);
  if (body.length !== bodyBytes) {
    return `${plainLine(text, 500)}\n${style.dim(`(${bodyBytes ?? 'more'} bytes; only the beginning of an invalid delivery is kept)`)}`;
  }
  if (text.length > shownPayloadChars) return `${plainLine(text, 500)}\n${note('')}`;
  if (!isVerifiedJson && !isJson(text)) return plainLine(text, 2_000);
  // Only on a terminal, where users scroll; a file or a pipe gets the whole payload.
  if (!Number.isFinite(style.width)) return pretty(text, style);
  const lines = pretty(text, null).split('\n');
  const shown = lines.slice(0, shownPayloadLines).map((line) => cut(line, shownLineChars));
  if (shown.length === lines.length && shown.every((line, index) => line === lines[index])) return pretty(text, style);
  return `${shown.join('\n')}\n${note(shown.length < lines.length ? `${lines.length - shown.length} more lines, ` : 'cut, ')}`;
}

function cut(line: string, chars: number): string {
  return line.length <= chars ? line : `${line.slice(0, chars)}…`;
}
