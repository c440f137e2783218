import { expect, it } from 'vitest';
import { bodyEnds } from '../../../src/webhook/diagnosis/body-ends.ts';

it.each<readonly [string, Buffer, readonly string[]]>([
  ['nothing', Buffer.from('{}'), []],
  ['an empty body', Buffer.from(''), []],
  ['a line break', Buffer.from('{}\n'), ['ends in a line break']],
  ['CRLF', Buffer.from('{}\r\n'), ['ends in a line break (CRLF)']],
  ['both ends', Buffer.from('\ufeff{}\n'), ['begins with a byte order mark', 'ends in a line break']],
  ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), ['is UTF-16: it begins with its byte order mark']],
])('names what is at the ends of a body: %s', (_name, body, ends) => {
  expect(bodyEnds(body)).toEqual(ends);
});
