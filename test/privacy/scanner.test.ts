import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerOf } from '../../src/privacy/marker.ts';
import { Scanner, type Sighting } from '../../src/privacy/scanner.ts';

const marker = { kind: 'name', slot: 1, seed: 0x7fffffff, index: 41 } as const;
const text = markerOf(marker);

const hex = (each: (code: string) => string) => [...text].map((one) => each(one.charCodeAt(0).toString(16))).join('');
const wrapped = (bytes: Buffer, width: number, end: string) =>
  bytes.toString('base64').replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`);

/** The marker as it may be written down, by the name that the scanner gives it. */
const forms: readonly [string, string, string | Buffer][] = [
  ['plain', 'as it is', text],
  ['plain', 'in capitals', text.toUpperCase()],
  ['plain', 'quoted-printable, with a soft break in its beginning', `${text.slice(0, 4)}=\r\n${text.slice(4)}`],
  ['quoted-printable', 'every character escaped', hex((code) => `=${code.toUpperCase()}`)],
  ['quoted-printable', 'every character escaped, in lines', hex((code) => `=${code}`).replace(/.{6}/g, '$&=\r\n')],
  ['percent', 'every character escaped', hex((code) => `%${code.toUpperCase()}`)],
  ['json', 'every character escaped', hex((code) => `\\u00${code}`)],
  ['javascript', 'every character escaped', hex((code) => `\\x${code}`)],
  ['html', 'by hexadecimal references', hex((code) => `&#x${code};`)],
  ['html', 'by decimal references', [...text].map((one) => `&#${one.charCodeAt(0)};`).join('')],
  ['hex', 'as PostgreSQL dumps bytea', `\\x${Buffer.from(`Zoë ${text}`).toString('hex')}`],
  ['utf-16', 'little-endian', Buffer.from(`Zoë ${text}`, 'utf16le')],
  ['utf-16', 'big-endian', Buffer.from(`Zoë ${text}`, 'utf16le').swap16()],
  ...[0, 1, 2, 3, 4, 5].flatMap((lead): [string, string, string][] => {
    const bytes = Buffer.from(`${'x'.repeat(lead)}${text} and more`);
    return [
      ['base64', `after ${lead} bytes`, bytes.toString('base64')],
      ['base64', `after ${lead} bytes, for URLs`, bytes.toString('base64url')],
      ...[8, 9, 10, 11, 64, 76].map((width): [string, string, string] => [
        'base64',
        `after ${lead} bytes, in lines of ${width}`,
        wrapped(bytes, width, lead % 2 === 0 ? '\r\n' : '\n'),
      ]),
    ];
  }),
];

function scan(chunks: Iterable<Uint8Array>): Sighting[] {
  const scanner = new Scanner();
  return [...[...chunks].flatMap((chunk) => scanner.push(chunk)), ...scanner.end()];
}

/** The bytes in chunks that end at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('a marker is found', () => {
  it.each(forms)('%s: %s', (form, _, written) => {
    const before = Buffer.from('first line\nsecond: ');
    const found = scan([Buffer.concat([before, Buffer.from(written), Buffer.from('\nlast')])]);
    expect(found).toEqual([{ marker, form, offset: expect.any(Number), line: 2 + lines(written, found[0], before) }]);
  });

  it('wherever the input is cut into chunks', () => {
    const all = forms.map(([, , written]) => Buffer.concat([Buffer.from(written), Buffer.from('\n\n')]));
    const bytes = Buffer.concat(all);
    const whole = scan([bytes]);
    expect(whole).toHaveLength(forms.length);
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        expect(scan(cut(bytes, places))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
    expect(scan([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('with its offset and line', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\n', 'x', 'rvcanar', 'é\r\n')), fc.array(fc.nat()), (parts, places) => {
        const before = Buffer.from(parts.join(''));
        const bytes = Buffer.concat([before, Buffer.from(text)]);
        const line = before.toString('latin1').split('\n').length;
        expect(scan(cut(bytes, places))).toEqual([{ marker, form: 'plain', offset: before.length, line }]);
      }),
    );
  });
});

describe('nothing is found', () => {
  it('in a marker with another character changed', () => {
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      expect(scan([Buffer.from(text.slice(0, at) + other + text.slice(at + 1))])).toEqual([]);
    }
  });

  it('in bytes that have none', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => void expect(scan(chunks)).toEqual([])));
  });
});

/** How many lines of the written form are before the place where the marker was found: its beginning may be wrapped. */
function lines(written: string | Buffer, found: Sighting | undefined, before: Buffer): number {
  const bytes = Buffer.from(written).subarray(0, (found?.offset ?? 0) - before.length);
  return bytes.toString('latin1').split('\n').length - 1;
}
