import type { BrotliOptions, ZlibOptions } from 'node:zlib';
import { ReventoError } from '../errors/revento-error.ts';
import { headerOf } from '../http/headers.ts';
import type { HttpResponse } from '../ports/exchange.ts';
import { plainLine } from '../text/plain-line.ts';

/** What a decoded answer may come to: a few kilobytes can stand for gigabytes. */
const mostBytes = 64 * 1024 * 1024;

type Encoding = 'gzip' | 'br' | 'deflate';

/**
 * An answer without its content encoding. None is asked for, but a proxy on the way may compress nevertheless
 * (RFC 9110 section 12.5.3 lets it).
 *
 * @returns the answer itself where it has no encoding; else the decoded bytes, without the headers that described
 *   the encoded ones
 * @throws ReventoError `bad_answer` when the encoding is unknown, broken, or stands for more than 64 MB
 */
export async function decoded(answer: HttpResponse, what: string): Promise<HttpResponse> {
  const named = headerOf(answer, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (named === '' || named === 'identity' || answer.body.length === 0) return answer;
  const encoding = Object.hasOwn(known, named) ? known[named] : undefined;
  if (encoding === undefined) {
    throw new ReventoError('bad_answer', `${what} was answered in an unknown encoding, ${plainLine(named, 40)}.`);
  }
  const headers = answer.headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  return { status: answer.status, headers, body: await inflate(encoding, answer.body, what) };
}

const known: Readonly<Record<string, Encoding | undefined>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  deflate: 'deflate',
};

async function inflate(encoding: Encoding, body: Uint8Array, what: string): Promise<Uint8Array> {
  // Nearly no run needs them.
  const [{ promisify }, zlib] = await Promise.all([import('node:util'), import('node:zlib')]);
  const limits: ZlibOptions & BrotliOptions = { maxOutputLength: mostBytes };
  const decoders = { gzip: zlib.gunzip, br: zlib.brotliDecompress, deflate: zlib.inflate };
  const decode: (bytes: Uint8Array, options: typeof limits) => Promise<Uint8Array> = promisify(decoders[encoding]);
  try {
    return await decode(body, limits);
  } catch (cause) {
    const isTooLong = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    const fault = isTooLong ? 'stands for more than 64 MB' : 'is broken';
    throw new ReventoError('bad_answer', `${what} was answered with ${encoding} data that ${fault}.`, {}, { cause });
  }
}
