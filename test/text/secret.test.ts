import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor, Secret } from '../../src/text/secret.ts';

const value = `${randomBytes(12).toString('base64url')}+/=& "é`;

describe('a secret', () => {
  it.each([
    ['String', (secret: Secret) => String(secret)],
    ['a template', (secret: Secret) => `${secret}`],
    ['JSON', (secret: Secret) => JSON.stringify({ secret })],
    ['util.inspect', (secret: Secret) => inspect({ deep: [secret] }, { showHidden: true, depth: 9 })],
    ['util.inspect of its members', (secret: Secret) => inspect({ ...secret })],
    ['an error message', (secret: Secret) => String(new Error(`no: ${secret}`))],
  ])('does not show in %s', (_, show) => {
    expect(show(new Secret(value))).not.toContain(value.slice(0, 12));
  });

  it('can be distinguished from another one', () => {
    expect(`${new Secret(value)}`).toMatch(/^\[redacted fp:[0-9a-f]{8}\]$/);
    expect(new Secret(value).fingerprint).not.toBe(new Secret(`${value}x`).fingerprint);
  });

  it('comes out when it is asked for', () => {
    expect(new Secret(value).reveal()).toBe(value);
  });
});

describe('the redactor', () => {
  it.each([
    ['as it is', value],
    ['percent-encoded', encodeURIComponent(value)],
    [
      'percent-encoded in small letters',
      encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ],
    ['in a form', new URLSearchParams({ secret: value }).toString()],
    ['in JSON', JSON.stringify({ secret: value })],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in base64 without padding', Buffer.from(value).toString('base64').replace(/=+$/, '')],
    ['in base64url', Buffer.from(value).toString('base64url')],
  ])('takes it out %s', (_, text) => {
    const redactor = new Redactor();
    const secret = redactor.add(value);
    const cleaned = redactor.clean(`before ${text} after`);
    expect(cleaned).toContain(`${secret}`);
    expect(cleaned).toMatch(/^before .*after$/);
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64').slice(0, 16)]) {
      expect(cleaned).not.toContain(form);
    }
  });

  it('takes out all of the longer of two that begin alike', () => {
    const redactor = new Redactor();
    redactor.add('abcdefgh');
    redactor.add('abcdefgh-and-more');
    expect(redactor.clean('abcdefgh-and-more')).toMatch(/^\[redacted fp:[0-9a-f]{8}\]$/);
  });

  it('takes out the beginning of one where the text was cut', () => {
    const redactor = new Redactor();
    const secret = redactor.add('abcdefghijklmnop');
    expect(redactor.clean('it was abcdefghijkl… and abcdefghi… then')).toBe(`it was ${secret}… and ${secret}… then`);
    expect(redactor.clean('it was abcdefg…')).toBe('it was abcdefg…');
  });

  it('leaves everything else as it is', () => {
    const redactor = new Redactor();
    redactor.add(value);
    fc.assert(fc.property(fc.string(), (text) => text.includes(value) || redactor.clean(text) === text));
  });

  it.each(['', 'short', '1234567'])('does not blank out ordinary text for %j', (short) => {
    const redactor = new Redactor();
    redactor.add(short);
    expect(redactor.clean(`a ${short} b`)).toBe(`a ${short} b`);
  });

  it('takes any text for a secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8 }), (text) => {
        const redactor = new Redactor();
        redactor.add(text);
        return !redactor.clean(`<${text}>`).includes(text);
      }),
    );
    expect(() => new Redactor().add('lone \ud800 surrogate')).not.toThrow();
  });

  it('cleans bytes without touching the others', () => {
    const redactor = new Redactor();
    const secret = redactor.add(value);
    const noise = randomBytes(64);
    expect(redactor.cleanBytes(noise)).toBe(noise);
    const cleaned = redactor.cleanBytes(Buffer.concat([noise, Buffer.from(value), noise]));
    expect(Buffer.from(cleaned)).toEqual(Buffer.concat([noise, Buffer.from(`${secret}`), noise]));
  });
});
