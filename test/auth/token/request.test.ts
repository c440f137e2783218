import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PendingAuthorization } from '../../../src/auth/sign-in/authorize.ts';
import { requestCodeExchange, requestRefresh } from '../../../src/auth/token/request.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { Exchange, HeaderList, HttpRequest, HttpResponse } from '../../../src/ports/exchange.ts';
import { Redactor, Secret } from '../../../src/text/secret.ts';

const fresh = () => randomBytes(24).toString('base64url');

function answer(body: unknown, status = 200, headers: HeaderList = []): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: new TextEncoder().encode(text) };
}

/** An exchange that keeps what it was asked and gives one answer. */
function recorder(response: HttpResponse | Error = answer({})): { exchange: Exchange; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    exchange: async (request) => {
      sent.push(request);
      if (response instanceof Error) throw response;
      return response;
    },
  };
}

function redirectWith(code: string) {
  const request = {
    authBase: 'https://auth.test',
    issuers: [],
    clientId: 'client',
    redirectUri: 'http://localhost:3000/callback',
    scope: ['event.read'],
    eventId: 'evt_1',
  };
  const pending = new PendingAuthorization(request, new Redactor());
  const state = new URL(pending.url).searchParams.get('state') ?? '';
  const judgment = pending.judge(new URLSearchParams({ code, state }).toString());
  if (judgment.kind !== 'code') throw new Error(`unexpected ${judgment.kind}`);
  return judgment.redirect;
}

const client = (clientSecret: Secret | null, authBase = 'https://auth.test') => ({
  authBase,
  clientId: 'client id&1',
  clientSecret,
  requestId: '7f1f9c9e-5a0b-4c6e-8a35-3a0f4c2c1a11',
});

function fieldsOf(request: HttpRequest | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(request?.body)));
}

describe('the request', () => {
  it('exchanges a code by one form POST with the redirect URI, the verifier and the client in its body', async () => {
    const { exchange, sent } = recorder();
    const secret = fresh();
    const redirect = redirectWith('the-code');
    await requestCodeExchange(exchange, { ...client(new Secret(secret)), redirect });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.method).toBe('POST');
    expect(fieldsOf(sent[0])).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'http://localhost:3000/callback',
      code_verifier: redirect.verifier.reveal(),
      client_id: 'client id&1',
      client_secret: secret,
    });
    expect(sent[0]?.headers).toContainEqual(['Content-Type', 'application/x-www-form-urlencoded']);
  });

  it('keeps every credential out of the URL', async () => {
    const { exchange, sent } = recorder();
    await requestCodeExchange(exchange, { ...client(new Secret(fresh())), redirect: redirectWith('c') });
    expect(sent[0]?.url).toBe('https://auth.test/oauth/token');
  });

  it('form-encodes a secret of awkward characters', async () => {
    const { exchange, sent } = recorder();
    await requestRefresh(exchange, { ...client(new Secret('a+b&c=d%é ~*')), refreshToken: new Secret(fresh()) });
    expect(new TextDecoder().decode(sent[0]?.body)).toContain('client_secret=a%2Bb%26c%3Dd%25%C3%A9+%7E*');
    expect(fieldsOf(sent[0])['client_secret']).toBe('a+b&c=d%é ~*');
  });

  it('leaves client_secret out altogether for a public client', async () => {
    const { exchange, sent } = recorder();
    await requestCodeExchange(exchange, { ...client(null), redirect: redirectWith('c') });
    await requestRefresh(exchange, { ...client(null), refreshToken: new Secret(fresh()) });
    for (const request of sent) expect(Object.keys(fieldsOf(request))).not.toContain('client_secret');
  });

  it('refreshes with the refresh token and asks for no scope', async () => {
    const { exchange, sent } = recorder();
    const token = fresh();
    await requestRefresh(exchange, { ...client(null), refreshToken: new Secret(token) });
    expect(fieldsOf(sent[0])).toEqual({ grant_type: 'refresh_token', refresh_token: token, client_id: 'client id&1' });
  });

  it('carries the request id', async () => {
    const { exchange, sent } = recorder();
    await requestRefresh(exchange, { ...client(null), refreshToken: new Secret(fresh()) });
    expect(sent[0]?.headers).toContainEqual(['X-Revento-Request-Id', '7f1f9c9e-5a0b-4c6e-8a35-3a0f4c2c1a11']);
  });

  it('waits 15 s at most and takes 1 MiB at most', async () => {
    const { exchange, sent } = recorder();
    await requestRefresh(exchange, { ...client(null), refreshToken: new Secret(fresh()) });
    expect(sent[0]).toMatchObject({ timeoutMs: 15_000, maxResponseBytes: 1024 * 1024 });
  });

  it.each(['reset', 'timeout', 'too_large'] as const)('is not sent again after %s', async (kind) => {
    const failure = new HttpFailure(kind, 'auth.test:443', false);
    const { exchange, sent } = recorder(failure);
    await expect(requestCodeExchange(exchange, { ...client(null), redirect: redirectWith('c') })).rejects.toBe(failure);
    expect(sent).toHaveLength(1);
  });

  it.each([
    'http://auth.test',
    'ftp://auth.test',
    'https://user:pw@auth.test',
    'https://auth.test?x=1',
    'auth.test',
    '',
  ])('is not sent to %j', async (authBase) => {
    const { exchange, sent } = recorder();
    const asked = requestRefresh(exchange, { ...client(null, authBase), refreshToken: new Secret(fresh()) });
    await expect(asked).rejects.toMatchObject({ code: 'usage' });
    expect(sent).toHaveLength(0);
  });

  it.each([
    ['http://localhost:4010', 'http://localhost:4010/oauth/token'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/oauth/token'],
    ['http://[::1]:4010', 'http://[::1]:4010/oauth/token'],
    ['https://auth.test/', 'https://auth.test/oauth/token'],
    ['https://auth.test/tenant/', 'https://auth.test/tenant/oauth/token'],
  ])('under the base %s goes to %s', async (authBase, url) => {
    const { exchange, sent } = recorder();
    await requestRefresh(exchange, { ...client(null, authBase), refreshToken: new Secret(fresh()) });
    expect(sent[0]?.url).toBe(url);
  });
});
