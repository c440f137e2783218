import { parseJson } from '../../json/parse.ts';
import { levelsOf } from '../../json/text.ts';
import { asBuffer } from '../../text/bytes.ts';
import { jsonForms } from '../json-forms.ts';

/** The same JSON in another form. */
interface Rewrite {
  /** Completes "the signature is of …". */
  readonly what: string;
  readonly body: Uint8Array;
}

/**
 * The limit for bodies, in bytes: each form costs a serialization and an HMAC, and up to ten forged bodies a second are
 * explained. A delivery has a few thousand bytes.
 */
const largestBytes = 64 * 1024;
/** Forms much longer than the body are not tried either. */
const longestFormChars = 256 * 1024;
/** No delivery is nested deeper, and serializing recurses. */
const deepestLevel = 100;

/**
 * The forms a body may have had before it was parsed and re-serialized: none of them equals the body.
 *
 * A body that is not UTF-8 has only the forms that differ at its ends. Anybody can send a body that fails
 * verification, so the work grows linearly with its length, whatever is in it.
 */
export function* rewrites(body: Uint8Array): Generator<Rewrite> {
  if (body.length > largestBytes) return;
  const bytes = asBuffer(body);
  const seen = new Set([bytes.toString('latin1')]);
  for (const [what, form] of forms(bytes)) {
    const key = form.toString('latin1');
    if (seen.has(key)) continue;
    seen.add(key);
    yield { what, body: form };
  }
}

function* forms(bytes: Buffer): Generator<readonly [string, Buffer]> {
  const text = bytes.toString('utf8');
  yield ['the body without its trailing newline', bytes.subarray(0, endOfText(bytes))];
  yield ['the body with a trailing newline', Buffer.concat([bytes, Buffer.from('\n')])];
  yield ['the body with CRLF line ends', Buffer.from(text.replace(/\r?\n/g, '\r\n'))];
  yield ['the body with LF line ends', Buffer.from(text.replaceAll('\r\n', '\n'))];
  yield ['the body without its byte order mark', Buffer.from(text.replace(/^\ufeff/, ''))];
  const value = parseJson(text.replace(/^\ufeff/, ''));
  if (value === undefined || levelsOf(text).deepest > deepestLevel) return;
  for (const [what, form] of written(value)) {
    yield [what, Buffer.from(form)];
    yield [`${what}, with a trailing newline`, Buffer.from(`${form}\n`)];
  }
}

function* written(value: unknown): Generator<readonly [string, string]> {
  const compact = JSON.stringify(value);
  const { marks, steps } = levelsOf(compact);
  for (const { what, indent, write } of jsonForms) {
    if (compact.length + marks + steps * indent.length > longestFormChars) continue;
    yield [`the same JSON ${what}`, write(value)];
  }
}

/** Where the line breaks at the end begin. A regular expression anchored there would be quadratic. */
function endOfText(bytes: Buffer): number {
  let end = bytes.length;
  while (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  return end;
}
