import { describe, expect, it } from 'vitest';
import { type Facts, type FailureCode, hintOf, ReventoError } from '../../src/errors/revento-error.ts';

const hint = (code: FailureCode, facts: Facts = {}) =>
  hintOf(new ReventoError(code, 'It failed.', { eventId: 'evt_1', ...facts }), { profile: 'work' });

describe('a login that the server ended', () => {
  it.each<[FailureCode, Facts]>([
    ['token_revoked', {}],
    ['invalid_grant', {}],
    ['reauth_required', { isRevoked: true }],
  ])('(%s) has to be made again, and the causes are named where that does not help', (code, facts) => {
    expect(hint(code, facts)).toMatch(/^run: revento -p work login --event evt_1; logging in fails while/);
    for (const cause of [/event is archived/, /lost its formal status/, /unpublished or suspended/]) {
      expect(hint(code, facts)).toMatch(cause);
    }
  });

  it('is only to be made again where the tool itself lost it', () => {
    expect(hint('reauth_required')).toBe('run: revento -p work login --event evt_1');
  });
});

it('a token that is refused although it is right is a case for Revento, with the request id', () => {
  const text = hint('invalid_token', { requestId: '7f1f9c9e-5a0b-4c6e-8a35-3a0f4c2c1a11' });
  expect(text).toContain('check which environment the token is for: revento -p work status');
  expect(text).toContain('contact Revento with the request id 7f1f9c9e-5a0b-4c6e-8a35-3a0f4c2c1a11');
  expect(text).not.toContain('login');
});
