import { deflateSync, gzipSync } from 'node:zlib';
import { Zip, ZipDeflate, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { markerOf } from '../../src/privacy/marker.ts';
import { type Place, Unpacker } from '../../src/privacy/unpacker.ts';

const text = markerOf({ kind: 'email', slot: 0, seed: 7, index: 3 });
const bytes = Buffer.from(`a\nb ${text}\n`);
const padding = Buffer.alloc(200_000, 'clean line\n');

function scan(chunks: readonly Uint8Array[]): Place[] {
  const unpacker = new Unpacker();
  for (const chunk of chunks) unpacker.push(chunk);
  unpacker.end();
  return [...unpacker.take()];
}

/** In chunks of a few bytes, so that every border is somewhere inside of a header. */
function inBits(whole: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
}

/** A zip as a program writes it into a pipe: sizes follow each file. */
function pipedZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((_, piece) => void pieces.push(piece));
  for (const [name, content] of Object.entries(files)) {
    const file = new ZipDeflate(name);
    zip.add(file);
    file.push(content, true);
  }
  zip.end();
  return Buffer.concat(pieces);
}

const archives: readonly [string, Uint8Array, readonly string[]][] = [
  ['gzip', gzipSync(Buffer.concat([bytes, padding])), ['gzip']],
  ['the second member of a gzip', Buffer.concat([gzipSync(Buffer.alloc(0)), gzipSync(bytes)]), ['gzip']],
  ['zlib, as git writes a loose object', deflateSync(Buffer.concat([bytes, padding]), { level: 1 }), ['zlib']],
  ['zlib, compressed most', deflateSync(bytes, { level: 9 }), ['zlib']],
  ['gzip in zlib', deflateSync(gzipSync(bytes)), ['zlib', 'gzip']],
  ['gzip in gzip', gzipSync(gzipSync(bytes)), ['gzip', 'gzip']],
  ['zip, compressed', zipSync({ 'clean.txt': padding, 'people.csv': bytes }), ['people.csv']],
  ['zip, stored', zipSync({ 'people.csv': bytes, 'clean.txt': padding }, { level: 0 }), ['people.csv']],
  ['zip, written to a pipe', pipedZip({ 'clean.txt': padding, 'people.csv': bytes }), ['people.csv']],
  ['gzip in zip', zipSync({ 'app.log.gz': gzipSync(bytes) }), ['app.log.gz', 'gzip']],
  ['zip in gzip', gzipSync(zipSync({ 'people.csv': bytes })), ['gzip', 'people.csv']],
  ['zip in zip', zipSync({ 'inner.zip': zipSync({ 'people.csv': bytes }) }), ['inner.zip', 'people.csv']],
];

describe('a marker is found', () => {
  it.each(archives)('in %s', (_, whole, inside) => {
    const found = [
      { marker: expect.objectContaining({ kind: 'email', index: 3 }), form: 'plain', offset: 4, line: 2, inside },
    ];
    expect(scan([whole])).toEqual(found);
    expect(scan(inBits(whole, 7))).toEqual(found);
  });

  it.each([
    ['text', '\x78\x01', bytes],
    ['longer text', '\x78\x9c', Buffer.concat([padding, bytes])],
  ])('in %s that only begins as zlib does', (_, beginning, rest) => {
    expect(scan([Buffer.from(beginning, 'latin1'), rest])).toMatchObject([{ marker: { index: 3 }, inside: [] }]);
  });

  it('in an archive that is cut off, before that is reported', () => {
    const whole = gzipSync(Buffer.concat([bytes, Buffer.from(Array.from({ length: 99_999 }, (_, n) => (n * n) >> 3))]));
    const unpacker = new Unpacker();
    unpacker.push(whole.subarray(0, whole.length - 500));
    expect(() => unpacker.end()).toThrow('unexpected EOF');
    expect(unpacker.take()).toHaveLength(1);
  });
});

/** Packed in gzip as often as that. */
function nested(content: Uint8Array, depth: number): Uint8Array {
  return depth === 0 ? content : nested(gzipSync(content), depth - 1);
}

describe('what is not looked into does not count as clean', () => {
  const readOf = (whole: Uint8Array) => {
    const unpacker = new Unpacker();
    unpacker.push(whole);
    unpacker.end();
    return { found: unpacker.take().length, unread: unpacker.unread };
  };
  const encrypted = (flags: number) => Buffer.from(zipSync({ 'people.csv': bytes }, { level: 0 })).fill(flags, 6, 7);

  it.each<[string, Uint8Array, string | null]>([
    ['plain text', bytes, null],
    ['eight archives around a file', nested(bytes, 8), null],
    ['nine archives around a file', nested(bytes, 9), 'it has archives nested deeper than 8'],
    ['xz', Buffer.from('fd377a585a000004e6d6b446', 'hex'), 'it is packed as xz'],
    ['bzip2', Buffer.from('425a6839314159265359', 'hex'), 'it is packed as bzip2'],
    ['a text that begins as bzip2 does', Buffer.from(`BZh9 ${text}`), null],
    [
      'Zstandard in a zip',
      zipSync({ 'a.zst': Buffer.from('28b52ffd2000000000000000', 'hex') }),
      'a.zst is packed as Zstandard',
    ],
    [
      'a dump of pg_dump -Fc',
      Buffer.from('PGDMP\x01\x0e\0\x04\x08\x01'),
      'it is packed as an archive of pg_dump (use --format=plain)',
    ],
    ['a pack of git', Buffer.from('PACK\0\0\0\x02\0\0\0\x01', 'latin1'), 'it is packed as a git pack'],
    ['a text that begins as a pack does', Buffer.from(`PACK ${text}`), null],
    ['a zip that is not encrypted', encrypted(0), null],
    ['an encrypted zip', encrypted(1), 'it is encrypted'],
  ])('%s', (_, whole, unread) => {
    expect(readOf(whole).unread).toBe(unread);
  });

  it('archives in archives that unpack to gigabytes', () => {
    expect(() => scan([nested(Buffer.alloc(8e7), 3)])).toThrow('it unpacks to more than 2000 times its size');
  });

  it('one archive of highly compressible data is unpacked whole', () => {
    expect(scan([gzipSync(Buffer.concat([Buffer.alloc(8e7), bytes]))])).toHaveLength(1);
  });
});

describe('what cannot be unpacked is reported', () => {
  const zip = zipSync({ 'people.csv': Buffer.concat([bytes, padding]) });

  it.each([
    ['a zip that is cut off', zip.subarray(0, 100)],
    [
      'zlib that is cut off',
      deflateSync(Array.from({ length: 9_999 }, (_, n) => `${n * n}`).join()).subarray(0, 20_000),
    ],
    ['a damaged gzip', Buffer.concat([gzipSync(bytes).subarray(0, 12), Buffer.alloc(40, 0xff)])],
    ['a zip with an unknown compression', Buffer.from(zip).fill(99, 8, 9)],
  ])('%s', (_, damaged) => {
    expect(() => scan([damaged])).toThrow();
  });
});
