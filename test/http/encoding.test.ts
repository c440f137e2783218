import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decoded } from '../../src/http/encoding.ts';

const text = '{"data":[{"id":"é"}]}';
const answer = (encoding: string, body: Uint8Array) => ({
  status: 200,
  headers: [
    ['Content-Type', 'application/json'],
    ['Content-Encoding', encoding],
    ['Content-Length', `${body.length}`],
  ] as const,
  body,
});
const textOf = async (encoding: string, body: Uint8Array) =>
  Buffer.from((await decoded(answer(encoding, body), 'GET /x')).body).toString();

describe('an unrequested compressed answer', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity, gzip', gzipSync(text)],
  ])('is read: %s', async (encoding, body) => {
    expect(await textOf(encoding, body)).toBe(text);
  });

  it('is read when each encoding has a header of its own', async () => {
    const twice = answer('gzip', brotliCompressSync(gzipSync(text)));
    const headers = [...twice.headers, ['Content-Encoding', 'br']] as const;
    expect(Buffer.from((await decoded({ ...twice, headers }, 'GET /x')).body).toString()).toBe(text);
  });

  it('loses the headers that are no longer true, and no other', async () => {
    const { headers } = await decoded(answer('gzip', gzipSync(text)), 'GET /x');
    expect(headers).toEqual([['Content-Type', 'application/json']]);
  });

  it.each([
    ['cut off', 'gzip', gzipSync(text).subarray(0, 20)],
    ['not what it says', 'br', Buffer.from(text)],
    ['of a kind nobody knows', 'zz', Buffer.from(text)],
    ['of a name of every object', 'constructor', Buffer.from(text)],
    ['encoded again and again', 'gzip, gzip, gzip, gzip, gzip', Buffer.from(text)],
  ])('that is %s is a bad answer', async (_name, encoding, body) => {
    await expect(decoded(answer(encoding, body), 'GET /x')).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.not.stringContaining('64 MB'),
    });
  });

  it('that would fill the memory is a bad answer', async () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 });
    await expect(decoded(answer('gzip', bomb), 'GET /x')).rejects.toMatchObject({
      code: 'bad_answer',
      message: 'GET /x returned gzip data that decodes to more than 64 MB.',
    });
  });
});

it.each(['identity', ''])('bytes that are not encoded (%j) are left alone', async (encoding) => {
  const plain = answer(encoding, Buffer.from(text));
  expect(await decoded(plain, 'GET /x')).toBe(plain);
});

it('an answer without a body has nothing to decode', async () => {
  const head = answer('gzip', new Uint8Array());
  expect(await decoded(head, 'HEAD /x')).toBe(head);
});
