import { expect, it } from 'vitest';
import { challengeMethod, challengeOf, createVerifier, isVerifier } from '../../../src/auth/sign-in/pkce.ts';

it('derives the challenge of RFC 7636 appendix B', () => {
  expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});

it('knows no method but S256', () => {
  expect(challengeMethod).toBe('S256');
});

it('makes 10,000 verifiers that are all 43 unreserved characters and all distinct', () => {
  const verifiers = Array.from({ length: 10_000 }, createVerifier);
  expect(verifiers.every((verifier) => /^[A-Za-z0-9_-]{43}$/.test(verifier))).toBe(true);
  expect(new Set(verifiers).size).toBe(10_000);
});

it('uses all 256 bits: every one of the 43 positions varies', () => {
  const verifiers = Array.from({ length: 2_000 }, createVerifier);
  for (let position = 0; position < 43; position++) {
    // The last character carries four bits, the others six.
    const variety = new Set(verifiers.map((verifier) => verifier[position])).size;
    expect(variety).toBe(position === 42 ? 16 : 64);
  }
});

it('gives a challenge without padding', () => {
  expect(challengeOf(createVerifier())).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

it.each([
  ['43 characters', 'a'.repeat(43), true],
  ['128 characters', 'a'.repeat(128), true],
  ['all kinds of unreserved characters', 'Az09-._~'.repeat(6), true],
  ['42 characters', 'a'.repeat(42), false],
  ['129 characters', 'a'.repeat(129), false],
  ['a character beyond the unreserved ones', `${'a'.repeat(43)}+`, false],
  ['a trailing line feed', `${'a'.repeat(43)}\n`, false],
])('judges %s as a verifier', (_what, text, isOne) => {
  expect(isVerifier(text)).toBe(isOne);
});
