import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/api/failure.ts';
import { exitOf, type FailureCode } from '../../src/errors/revento-error.ts';
import type { HeaderList, HttpResponse } from '../../src/ports/exchange.ts';

const context = {
  what: 'GET /events/evt_1',
  requestId: 'id-sent',
  login: { kind: 'user', eventId: 'evt_9' } as const,
  now: 0,
};
const answer = (status: number, body: unknown, headers: HeaderList = []): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

describe('an error answer', () => {
  it.each<[number, string, FailureCode, number]>([
    [401, 'invalid_token', 'invalid_token', 4],
    [401, 'token_expired', 'token_expired', 4],
    [401, 'token_revoked', 'token_revoked', 4],
    [400, 'invalid_grant', 'invalid_grant', 4],
    [403, 'event_not_authorized', 'event_not_authorized', 4],
    [403, 'user_token_required', 'user_token_required', 4],
    [403, 'installation_token_required', 'installation_token_required', 4],
    [403, 'insufficient_scope', 'insufficient_scope', 4],
    [404, 'not_found', 'not_found', 1],
    [400, 'validation_error', 'validation_error', 1],
    [429, 'rate_limit_exceeded', 'rate_limited', 5],
    [429, 'concurrent_limit_exceeded', 'rate_limited', 5],
    [500, 'internal_error', 'server_error', 5],
    [418, 'constructor', 'api_error', 1],
  ])('%i %s is reported as %s, exit %i', (status, error, code, exit) => {
    const failure = failureOf(answer(status, { error, message: 'no', request_id: 'id-answered' }), context);
    expect(failure?.code).toBe(code);
    expect(failure?.facts).toMatchObject({ status, apiCode: error, requestId: 'id-answered' });
    expect(exitOf(code)).toBe(exit);
  });

  it.each<[number, FailureCode]>([
    [400, 'validation_error'],
    [401, 'invalid_token'],
    [403, 'api_error'],
    [404, 'not_found'],
    [429, 'rate_limited'],
    [502, 'server_error'],
    [302, 'bad_answer'],
  ])('without a readable body, %i is reported as %s', (status, code) => {
    expect(failureOf(answer(status, '<html>Bad gateway</html>'), context)?.code).toBe(code);
  });

  it('is not made for a success status', () => {
    expect(failureOf(answer(200, { error: 'not_found' }), context)).toBeNull();
  });

  it('names the request and what the server said, without control characters', () => {
    const failure = failureOf(answer(403, { error: 'x', message: 'no\u001b[31m\nway' }), context);
    expect(failure?.message).toBe('GET /events/evt_1 was refused: no\ufffd[31m way');
  });

  it('does not show an endless message whole', () => {
    expect(failureOf(answer(400, { error: 'x', message: 'a'.repeat(5_000) }), context)?.message.length).toBeLessThan(
      400,
    );
  });

  it('takes the request id of the header, then the one that was sent, where the body has none', () => {
    const headers: HeaderList = [['x-revento-request-id', 'id-header']];
    expect(failureOf(answer(500, '', headers), context)?.facts.requestId).toBe('id-header');
    expect(failureOf(answer(500, ''), context)?.facts.requestId).toBe('id-sent');
  });

  it('names the missing scope: the one the server names, else the one the endpoint needs', () => {
    const needing = { ...context, scope: 'event.read' };
    const said = answer(403, { error: 'insufficient_scope', required_scope: 'program.read' });
    expect(failureOf(said, needing)?.facts.scope).toBe('program.read');
    expect(failureOf(answer(403, { error: 'insufficient_scope' }), needing)?.facts.scope).toBe('event.read');
  });

  it('blames REVENTO_ACCESS_TOKEN when the refused token came from there, and offers no login', () => {
    const failure = failureOf(answer(401, { error: 'token_expired' }), { ...context, login: null });
    expect(failure?.message).toContain('with REVENTO_ACCESS_TOKEN');
    expect(failure?.facts.hint).toContain('REVENTO_ACCESS_TOKEN');
  });

  it.each(['insufficient_scope', 'event_not_authorized', 'user_token_required', 'installation_token_required'])(
    'offers no login either where that token does not allow the call: %s',
    (error) => {
      const hint = failureOf(answer(403, { error }), { ...context, login: null })?.facts.hint;
      expect(hint).toContain('REVENTO_ACCESS_TOKEN');
      expect(hint).not.toContain('revento login');
    },
  );

  it('passes Retry-After on', () => {
    expect(failureOf(answer(503, '', [['Retry-After', '7']]), context)?.facts.retryAfterSeconds).toBe(7);
  });
});
