import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Budget, quotas } from '../../src/api/budget.ts';
import { createApiClient, type Pause, resolveTarget } from '../../src/api/client.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import type { AccessToken } from '../../src/login/login.ts';
import type { HeaderList, HttpRequest, HttpResponse } from '../../src/ports/exchange.ts';
import type { TokenSource } from '../../src/ports/sessions.ts';
import { Secret } from '../../src/text/secret.ts';
import { loneLog } from '../support/api/lone-log.ts';
import { fakeClock } from '../support/fake-clock.ts';

const apiBase = 'https://api.test/api/v1';
const answer = (status: number, body = '{}', headers: HeaderList = []): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(body),
});
const error = (status: number, code: string, headers: HeaderList = []) =>
  answer(status, JSON.stringify({ error: code, message: 'because', request_id: 'id-1' }), headers);

type Step = HttpResponse | HttpFailure | ((request: HttpRequest) => HttpResponse);

/** A client on a server that plays its steps in order, and fails on a request too many. */
function setUp(steps: readonly Step[], options: { key?: AccessToken['key']; maxWaitMs?: number } = {}) {
  const clock = fakeClock();
  const left = [...steps];
  const requests: HttpRequest[] = [];
  const pauses: Pause[] = [];
  const abort = new AbortController();
  const key = options.key === undefined ? ({ kind: 'installation', eventId: 'evt_1' } as const) : options.key;
  const issued: string[] = [];
  const issue = (): AccessToken => {
    issued.push(randomBytes(12).toString('hex'));
    return { token: new Secret(issued.at(-1) ?? ''), expiresAt: null, key };
  };
  let current = issue();
  const rejected: string[] = [];
  const revoked: string[] = [];
  const tokens: TokenSource = {
    current: async () => current,
    renew: async (refused) => {
      rejected.push(refused.token.reveal());
      current = issue();
      return current;
    },
    markRevoked: async (refused) => void revoked.push(refused.token.reveal()),
  };
  const client = createApiClient({
    apiBase,
    tokens,
    clock,
    exchange: async (request) => {
      requests.push(request);
      const step = left.shift();
      if (step === undefined) throw new Error(`one request too many: ${request.method} ${request.url}`);
      if (step instanceof HttpFailure) throw step;
      return typeof step === 'function' ? step(request) : step;
    },
    budget: new Budget({ quota: quotas.installation, log: loneLog(), clock, random: () => 0 }),
    signal: abort.signal,
    random: () => 0.5,
    maxWaitMs: options.maxWaitMs ?? 300_000,
    onPause: (pause) => pauses.push(pause),
  });
  return { client, clock, requests, pauses, abort, issued, rejected, revoked, left };
}

const header = (request: HttpRequest | undefined, name: string) =>
  request?.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);

describe('a request', () => {
  it('carries the token, the version of the API and a fresh id', async () => {
    const { client, requests, issued } = setUp([answer(200), answer(200)]);
    await client.send({ target: '/me/profile' });
    await client.send({ target: '/me/profile' });
    const [first, second] = requests;
    expect(first).toMatchObject({ method: 'GET', url: 'https://api.test/api/v1/me/profile' });
    expect(header(first, 'authorization')).toEqual([`Bearer ${issued[0]}`]);
    expect(header(first, 'accept')).toEqual(['application/vnd.revento.v1+json']);
    expect(header(first, 'x-revento-request-id')?.[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(header(second, 'x-revento-request-id')).not.toEqual(header(first, 'x-revento-request-id'));
  });

  it('has the token in one header and nowhere else', async () => {
    const { client, requests, issued } = setUp([answer(200)]);
    await client.send({ target: '/x', query: [['a', 'b']], headers: [['X-Other', 'c']] });
    const { headers, ...rest } = requests[0] as HttpRequest;
    expect(JSON.stringify(rest)).not.toContain(issued[0]);
    expect(headers.filter(([, value]) => value.includes(issued[0] ?? ''))).toHaveLength(1);
  });

  it('takes headers in place of its own, but for the token', async () => {
    const { client, requests, issued } = setUp([answer(200)]);
    await client.send({
      target: '/x',
      headers: [
        ['accept', 'text/plain'],
        ['authorization', 'Bearer other'],
      ],
    });
    expect(header(requests[0], 'accept')).toEqual(['text/plain']);
    expect(header(requests[0], 'authorization')).toEqual([`Bearer ${issued[0]}`]);
  });

  it('keeps its id through all tries', async () => {
    const { client, requests } = setUp([error(503, 'x'), new HttpFailure('reset', 'api.test:443', false), answer(200)]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure).toBeNull();
    expect(new Set(requests.map((request) => header(request, 'x-revento-request-id')?.[0])).size).toBe(1);
  });
});

describe('the token goes nowhere but to the API', () => {
  it.each([
    'https://elsewhere.test/api/v1/me/profile',
    'http://api.test/api/v1/me/profile',
    'https://api.test:8443/x',
    '//elsewhere.test/x',
    'https://api.test@elsewhere.test/x',
    'https://user:pass@api.test/x',
    'ftp://api.test/x',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '/../../x',
    '/../v2/x',
    '..',
    '/%2e%2e/%2E%2e/oauth/token',
    '/..\\..\\x',
    '/a/../../../x',
    '/\t..\n/../x',
  ])('%s is refused before any request', async (target) => {
    const { client, requests } = setUp([]);
    await expect(client.send({ target })).rejects.toMatchObject({ code: 'usage' });
    expect(requests).toEqual([]);
  });

  it.each([
    ['/me/profile', 'https://api.test/api/v1/me/profile'],
    ['me/profile', 'https://api.test/api/v1/me/profile'],
    ['/x?a=b#c', 'https://api.test/api/v1/x?a=b'],
    ['https://api.test/other', 'https://api.test/other'],
    ['/a/../b', 'https://api.test/api/v1/b'],
    ['/?a=../../x', 'https://api.test/api/v1/?a=../../x'],
    ['/ü b', 'https://api.test/api/v1/%C3%BC%20b'],
  ])('%s is %s', (target, url) => {
    expect(resolveTarget(apiBase, { target }).href).toBe(url);
  });

  it.each(['http://api.test/api/v1', 'api.test', 'https://a:b@api.test'])('a base of %s is refused', (base) => {
    expect(() => resolveTarget(base, { target: '/x' })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('a redirect is not followed', async () => {
    const { client } = setUp([answer(307, '', [['Location', 'https://elsewhere.test/?token=canary']])]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure).toMatchObject({ code: 'bad_answer', facts: { status: 307 } });
    expect(failure?.message).toContain('a redirect to https://elsewhere.test, which is not followed');
  });

  it('a compressed answer is decoded, unless compression was requested', async () => {
    const packed = { ...answer(200, '', [['Content-Encoding', 'gzip']]), body: gzipSync('{"id":"1"}') };
    const { client } = setUp([packed, packed]);
    const read = await client.send({ target: '/x' });
    expect(Buffer.from(read.answer.body).toString()).toBe('{"id":"1"}');
    const asked = await client.send({ target: '/x', headers: [['Accept-Encoding', 'gzip']] });
    expect(asked.answer.body).toEqual(packed.body);
  });

  it('the code of a compressed refusal counts', async () => {
    const body = gzipSync('{"error":"token_expired"}');
    const { client, rejected } = setUp([{ ...answer(401, '', [['content-encoding', 'gzip']]), body }, answer(200)]);
    expect((await client.send({ target: '/x' })).failure).toBeNull();
    expect(rejected).toHaveLength(1);
  });
});

describe('a token the API refuses', () => {
  it('is renewed once when it has expired, and the request sent once more', async () => {
    const { client, requests, issued, rejected } = setUp([error(401, 'token_expired'), answer(200)]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure).toBeNull();
    expect(rejected).toEqual([issued[0]]);
    expect(header(requests[1], 'authorization')).toEqual([`Bearer ${issued[1]}`]);
  });

  it('ends the call when the new one is refused as well', async () => {
    const { client, rejected } = setUp([error(401, 'token_expired'), error(401, 'token_expired')]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure?.code).toBe('token_expired');
    expect(rejected).toHaveLength(1);
  });

  it('is marked and not renewed when it was revoked', async () => {
    const { client, issued, rejected, revoked } = setUp([error(401, 'token_revoked')]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure?.code).toBe('token_revoked');
    expect(revoked).toEqual([issued[0]]);
    expect(rejected).toEqual([]);
  });

  it.each([
    [401, 'invalid_token'],
    [403, 'insufficient_scope'],
    [403, 'event_not_authorized'],
    [403, 'token_expired'],
    [400, 'token_revoked'],
  ])('is neither renewed nor marked for %i %s', async (status, code) => {
    const { client, rejected, revoked } = setUp([error(status, code)]);
    const { failure } = await client.send({ target: '/x' });
    expect(failure?.code).toBe(code);
    expect([...rejected, ...revoked]).toEqual([]);
  });

  it('is named by its variable when it came from there', async () => {
    const { client } = setUp([error(401, 'invalid_token')], { key: null });
    const { failure } = await client.send({ target: '/x' });
    expect(failure?.message).toContain('REVENTO_ACCESS_TOKEN');
  });
});

describe('a call that goes wrong', () => {
  it('gives the last answer when no try succeeds', async () => {
    const { client, left } = setUp(Array.from({ length: 6 }, () => error(503, 'overloaded')));
    const { answer: last, failure } = await client.send({ target: '/x' });
    expect(last.status).toBe(503);
    expect(failure).toMatchObject({ code: 'server_error', facts: { apiCode: 'overloaded', requestId: 'id-1' } });
    expect(left).toEqual([]);
  });

  it('says how often it tried when no answer came', async () => {
    const refused = new HttpFailure('refused', 'api.test:443', true);
    const { client } = setUp([refused, refused, refused]);
    await expect(client.send({ target: '/x' })).rejects.toMatchObject({
      code: 'network',
      message: 'GET /api/v1/x, tried 3 times, failed: connection refused (api.test:443).',
    });
  });

  it('never sends a POST twice that may have arrived', async () => {
    const { client } = setUp([new HttpFailure('reset', 'api.test:443', false)]);
    await expect(client.send({ method: 'POST', target: '/x' })).rejects.toMatchObject({ code: 'network' });
  });

  it('waits Retry-After for the rate limit and continues', async () => {
    const { client, clock, pauses } = setUp([error(429, 'rate_limit_exceeded', [['Retry-After', '20']]), answer(200)]);
    const startedMs = clock.now();
    expect((await client.send({ target: '/x' })).failure).toBeNull();
    expect(clock.now() - startedMs).toBe(20_000);
    expect(pauses[0]).toEqual({ kind: 'rate_limit', ms: 20_000, reason: 'told' });
  });

  it('gives the refusal itself when the wait would be too long', async () => {
    const refusal = error(429, 'rate_limit_exceeded', [['Retry-After', '600']]);
    const { client, clock } = setUp([refusal], { maxWaitMs: 300_000 });
    const startedMs = clock.now();
    const { failure } = await client.send({ target: '/x' });
    expect(failure).toMatchObject({ code: 'rate_limited', facts: { status: 429, retryAfterSeconds: 600 } });
    expect(clock.now()).toBe(startedMs);
  });

  it('waits no longer in all than it may, however often it is refused', async () => {
    const refusal = error(429, 'rate_limit_exceeded', [['Retry-After', '20']]);
    const { client, clock } = setUp([refusal, refusal, refusal, refusal], { maxWaitMs: 70_000 });
    const startedMs = clock.now();
    expect((await client.send({ target: '/x' })).failure?.code).toBe('rate_limited');
    expect(clock.now() - startedMs).toBe(60_000);
  });

  it('ends at once when it is interrupted', async () => {
    const { client, abort } = setUp([
      () => {
        abort.abort('SIGINT');
        throw new HttpFailure('aborted', 'api.test:443', false);
      },
    ]);
    await expect(client.send({ target: '/x' })).rejects.toMatchObject({ code: 'interrupted' });
  });
});
