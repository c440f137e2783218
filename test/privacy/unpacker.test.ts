import { gzipSync } from 'node:zlib';
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

  it('in an archive that is cut off, before that is reported', () => {
    const whole = gzipSync(Buffer.concat([bytes, Buffer.from(Array.from({ length: 99_999 }, (_, n) => (n * n) >> 3))]));
    const unpacker = new Unpacker();
    unpacker.push(whole.subarray(0, whole.length - 500));
    expect(() => unpacker.end()).toThrow('unexpected EOF');
    expect(unpacker.take()).toHaveLength(1);
  });
});

describe('what cannot be unpacked is reported', () => {
  const zip = zipSync({ 'people.csv': Buffer.concat([bytes, padding]) });

  it.each([
    ['a zip that is cut off', zip.subarray(0, 100)],
    ['a damaged gzip', Buffer.concat([gzipSync(bytes).subarray(0, 12), Buffer.alloc(40, 0xff)])],
    ['a zip with an unknown compression', Buffer.from(zip).fill(99, 8, 9)],
  ])('%s', (_, damaged) => {
    expect(() => scan([damaged])).toThrow();
  });
});
