import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { answerDifferences } from '../../../src/webhook/sending/answer-difference.ts';
import type { Posted } from '../../../src/webhook/sending/post.ts';

const answer = (body: string | Uint8Array, type = 'application/json', headers: [string, string][] = []): Posted => ({
  url: 'http://localhost:3000/',
  status: 200,
  latencyMs: 1,
  error: null,
  failure: null,
  excerpt: '',
  location: null,
  response: { status: 200, headers: [['Content-Type', type], ...headers], body: Buffer.from(body) },
});

const found = async (first: Posted, second: Posted, ignored: readonly string[] = []) =>
  (await answerDifferences(first, second, { headers: [], isIgnored: (path) => ignored.includes(path) })).map(
    ({ name, to, against }) => [name, to, against],
  );

it.each([
  ['{"a":1,"b":2}', '{"b":2,"a":1}'],
  ['{"a":1.50e2}', '{"a": 150}'],
  ['{"a":-0.0}', '{"a":0}'],
  ['"\\u00e9\\/"', '"é/"'],
])('the same value, written in another way: %s and %s', async (first, second) => {
  expect(await found(answer(first), answer(second))).toEqual([]);
});

it.each([
  ['{"id":9007199254740993}', '{"id":9007199254740992}', '.id'],
  ['{"a":1}', '{"a":"1"}', '.a'],
  ['{"a":null}', '{}', '.a'],
  ['{"a":0.1}', '{"a":0.10000000000000001}', '.a'],
  ['[1,2]', '[2,1]', '.[0]'],
  ['{"a":1}', '[1]', '.'],
])('another value: %s and %s', async (first, second, path) => {
  expect((await found(answer(first), answer(second)))[0]?.[0]).toBe(path);
});

it('JSON with a charset and without is the same type, text with another one is not', async () => {
  expect(await found(answer('{}'), answer('{}', 'application/json; Charset="utf-8"'))).toEqual([]);
  expect(await found(answer('x', 'text/plain'), answer('x', 'text/plain; charset=latin1'))).toHaveLength(1);
});

it('what is not JSON differs by its bytes, and where it does is shown', async () => {
  const [, to, against] = (await found(answer('done 1', 'text/plain'), answer('done 1.0', 'text/plain')))[0] ?? [];
  expect([to, against]).toEqual(['6 bytes, from byte 0: "done 1"', '8 bytes, from byte 0: "done 1.0"']);
  expect(await found(answer('1', 'text/plain'), answer('1.0', 'text/plain'))).toHaveLength(1);
  expect(await found(answer(Buffer.of(0xff), 'text/plain'), answer(Buffer.of(0xfe), 'text/plain'), ['.'])).toEqual([]);
});

it('a body that only one handler compresses is the same', async () => {
  expect(
    await found(answer(gzipSync('{"a":1}'), undefined, [['Content-Encoding', 'gzip']]), answer('{"a":1}')),
  ).toEqual([]);
});

it('JSON too deep to compare is compared as bytes', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(await found(answer(deep), answer(`${deep} `))).toHaveLength(1);
});
