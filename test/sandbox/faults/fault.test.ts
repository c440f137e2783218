import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';

describe('the grammar', () => {
  it.each([
    ['token:500', { target: 'token', effect: { status: 500, retryAfterSeconds: null }, after: 0 }],
    ['token:503=2x2', { effect: { status: 503, retryAfterSeconds: 2 }, count: 2 }],
    ['api:429', { effect: { status: 429, retryAfterSeconds: 1 }, count: Number.POSITIVE_INFINITY }],
    ['api:slow=250ms', { effect: 'slow', delayMs: 250 }],
    ['code:slow=3sx1@2', { effect: 'slow', delayMs: 3_000, count: 1, after: 2 }],
    ['refresh:drop@1', { effect: 'drop', after: 1 }],
    ['api:cut', { effect: 'cut', bytes: null }],
    ['api:event_not_authorizedx1@2', { effect: { status: 403, code: 'event_not_authorized' }, count: 1, after: 2 }],
    ['api:cut=0x1', { effect: 'cut', bytes: 0, count: 1 }],
  ])('takes %s', (text, fault) => {
    expect(parseFault(text)).toMatchObject(fault);
  });

  it.each([
    ['', 'TARGET:EFFECT'],
    ['token', 'TARGET:EFFECT'],
    ['token:', 'TARGET:EFFECT'],
    ['token:500x', 'TARGET:EFFECT'],
    ['TOKEN:500', 'TARGET:EFFECT'],
    ['tokens:500', 'authorize, token, code, refresh, api, webhook'],
    ['token:explode', 'slow, drop, lose, cut, html, extra, minimal, short, messages, invalid_grant'],
    ['toString:500', 'TARGET:EFFECT'],
    ['token:constructor', 'effects of token are'],
    ['api:minimal', 'effects of api are'],
    ['webhook:500', 'handler'],
    ['webhook:lose', 'effects of webhook are slow, drop, signature, stale, future, twice, chunked'],
    ['webhook:not_found', 'effects of webhook are'],
    ['refresh:not_found', 'invalid_grant, invalid_client'],
    ['api:not_found=1', 'effects of api are'],
    ['api:200', '400 to 599'],
    ['api:600', '400 to 599'],
    ['api:500=3', 'Retry-After'],
    ['api:slow', 'api:slow=3s'],
    ['api:slow=3', 'not a duration'],
    ['api:drop=1', 'takes no value'],
    ['api:cut=many', 'number of bytes'],
    ['api:500x0', 'count of 0'],
  ])('refuses %j and says what would be valid', (text, part) => {
    const parse = () => parseFault(text);
    expect(parse).toThrow(ReventoError);
    expect(parse).toThrow(part);
  });
});
