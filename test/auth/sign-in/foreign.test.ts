import { describe, expect, it } from 'vitest';
import { foreignFailure } from '../../../src/auth/sign-in/foreign.ts';

const hintFor = (issuer: string, authBase: string) =>
  foreignFailure(issuer, { authBase, respell: (name) => `set it to ${name}` }).facts.hint;

describe('the remedy for an answer of another issuer', () => {
  it.each([
    ['http://localhost:4010', 'http://127.0.0.1:4010'],
    ['http://127.0.0.1:4010', 'http://localhost:4010'],
    ['http://[::1]:4010/', 'http://localhost:4010'],
    ['https://auth.test/', 'https://auth.test'],
    ['https://auth.test/tenant', 'https://auth.test/tenant/'],
    ['https://AUTH.test', 'https://auth.test'],
  ])('%s instead of %s is to spell the auth base so', (issuer, authBase) => {
    expect(hintFor(issuer, authBase)).toBe(
      `if that is how the server spells its name, set it to ${issuer}, then log in again`,
    );
  });

  it.each([
    ['https://evil.test', 'https://auth.test'],
    ['http://localhost:4011', 'http://127.0.0.1:4010'],
    ['http://auth.test', 'https://auth.test'],
    ['https://auth.test/other', 'https://auth.test/tenant'],
    ['https://auth.test?x', 'https://auth.test'],
    ['', 'https://auth.test'],
    ['no URL', 'https://auth.test'],
  ])('%j instead of %s proposes nothing of it', (issuer, authBase) => {
    const hint = hintFor(issuer, authBase);
    expect(hint).toContain('check auth_base');
    if (issuer !== '') expect(hint).not.toContain(issuer);
  });
});
