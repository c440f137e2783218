import { describe, expect, it } from 'vitest';
import { decodeText, oddityOf, secretText, settingText } from '../../src/text/input.ts';

const withMark = (text: string, encoding: 'utf8' | 'utf16le') => Buffer.from(`\ufeff${text}`, encoding);
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('bytes as text', () => {
  it.each([
    ['UTF-8', Buffer.from('{"n":"Łukasz"}')],
    ['UTF-8 with a byte order mark', withMark('{"n":"Łukasz"}', 'utf8')],
    ['UTF-16 as PowerShell writes it', withMark('{"n":"Łukasz"}', 'utf16le')],
    ['big-endian UTF-16', bigEndian('\ufeff{"n":"Łukasz"}')],
    ['UTF-16 without a byte order mark', Buffer.from('{"n":"Łukasz"}', 'utf16le')],
    ['big-endian UTF-16 without a byte order mark', bigEndian('{"n":"Łukasz"}')],
  ])('in %s are the same text', (_name, bytes) => {
    expect(decodeText(bytes)).toBe('{"n":"Łukasz"}');
  });

  it('are not text where they fit no encoding', () => {
    expect(decodeText(Buffer.from([0x61, 0xff, 0xfe]))).toBeNull();
    expect(decodeText(Buffer.from([0xff, 0xfe, 0x61]))).toBeNull();
  });

  it('may be none at all', () => {
    expect(decodeText(new Uint8Array())).toBe('');
  });
});

describe('a value as intended', () => {
  it.each(['\n', '\r\n', '\r', '\n\n', '\r\n\r\n'])('has no line end after it (%j)', (end) => {
    expect([secretText(`v${end}`), settingText(`v${end}`)]).toEqual(['v', 'v']);
  });

  it('has no byte order mark', () => {
    expect([secretText('\ufeffv'), settingText('\ufeffv')]).toEqual(['v', 'v']);
  });

  it('keeps the blanks around a secret, which may be part of it, and drops those around a setting', () => {
    expect([secretText(' v \n'), settingText(' v \n'), settingText('\u00a0v\t')]).toEqual([' v ', 'v', 'v']);
  });
});

describe('what is odd about a value', () => {
  it.each([
    [' v', 'has leading or trailing whitespace'],
    ['v\n', 'has leading or trailing whitespace'],
    ['v\u00a0', 'has leading or trailing whitespace'],
    ['"v"', 'is in quotes, which count as part of it'],
    ["'v'", 'is in quotes, which count as part of it'],
    ['“v”', 'is in quotes, which count as part of it'],
    ['whsec\u200b_1', 'contains an invisible character (U+200B)'],
    ['a\u{e0041}b', 'contains an invisible character (U+E0041)'],
  ])('%j %s', (value, oddity) => {
    expect(oddityOf(value)).toBe(oddity);
  });

  it.each(['v', 'a "b" c', "it's", 'ключ', ''])('is not found in %j', (value) => {
    expect(oddityOf(value)).toBeNull();
  });
});
