import type { BrotliOptions, ZlibOptions } from 'node:zlib';
import { ReventoError } from '../errors/revento-error.ts';
import type { HttpResponse } from '../ports/exchange.ts';
import { plainLine } from '../text/plain-line.ts';

/** Limit of a decoded answer: a few kilobytes can decode to gigabytes. */
const mostBytes = 64 * 1024 * 1024;
/** No honest server applies more encodings to one answer. */
const mostEncodings = 4;

type Decoder = 'gunzip' | 'brotliDecompress' | 'inflate';

/**
 * An answer without its content encodings. None is asked for, but a proxy on the way may compress nevertheless
 * (RFC 9110 section 12.5.3 lets it).
 *
 * @param what  the request, as a noun: `Token request`, `GET /events/evt_1`
 * @returns the answer itself where it has no encoding; else the decoded bytes, without the headers that described
 *   the encoded ones
 * @throws ReventoError `bad_answer` when an encoding is unknown or broken, or the result is longer than 64 MB
 *
 * Source: RFC 9110 section 8.4: encodings are listed in the order in which they were applied.
 */
export async function decoded(answer: HttpResponse, what: string): Promise<HttpResponse> {
  const names = encodingsOf(answer);
  if (names.length === 0 || answer.body.length === 0) return answer;
  if (names.length > mostEncodings) {
    throw new ReventoError('bad_answer', `${what} returned a body in more than ${mostEncodings} content encodings.`);
  }
  let { body } = answer;
  for (const name of names.reverse()) body = await decode(name, body, what);
  const headers = answer.headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  return { status: answer.status, headers, body };
}

/** The encodings of an answer without `identity`, lower case, the one that was applied first in front. */
function encodingsOf({ headers }: HttpResponse): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
}

const decoders: Readonly<Record<string, Decoder | undefined>> = {
  gzip: 'gunzip',
  'x-gzip': 'gunzip',
  br: 'brotliDecompress',
  deflate: 'inflate',
};

async function decode(name: string, body: Uint8Array, what: string): Promise<Uint8Array> {
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder === undefined) {
    const message = `${what} returned an unknown content encoding`;
    throw new ReventoError('bad_answer', `${message}: ${plainLine(name, 40)}.`, { maskedMessage: `${message}.` });
  }
  // Nearly no run needs them.
  const [{ promisify }, zlib] = await Promise.all([import('node:util'), import('node:zlib')]);
  const limits: ZlibOptions & BrotliOptions = { maxOutputLength: mostBytes };
  // Some servers leave out the zlib header, whose first byte has 8 in its low half.
  const isRaw = decoder === 'inflate' && ((body[0] ?? 0) & 0x0f) !== 8;
  const run: (bytes: Uint8Array, options: typeof limits) => Promise<Uint8Array> = promisify(
    isRaw ? zlib.inflateRaw : zlib[decoder],
  );
  try {
    return await run(body, limits);
  } catch (cause) {
    const isTooLong = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    const fault = isTooLong ? 'that decodes to more than 64 MB' : 'that is broken';
    throw new ReventoError('bad_answer', `${what} returned ${name} data ${fault}.`, {}, { cause });
  }
}
