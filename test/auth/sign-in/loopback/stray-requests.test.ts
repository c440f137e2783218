import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageResponse } from '../../../../src/auth/pages/template.ts';
import { PendingAuthorization } from '../../../../src/auth/sign-in/authorize.ts';
import { type Answer, redirectListener } from '../../../../src/auth/sign-in/loopback.ts';
import { checkRedirectUri } from '../../../../src/auth/sign-in/redirect-uri.ts';
import type { HeaderList, HttpResponse } from '../../../../src/ports/exchange.ts';
import { Redactor } from '../../../../src/text/secret.ts';

const page = (status: number): HttpResponse =>
  pageResponse(status, { tone: 'good', icon: 'check', title: 'Page', lead: 'Lead.', next: 'Next.' });

/** A listener for one login, with what it took for the answer. */
function listener(redirectUri = 'http://localhost:3000/callback', port?: number) {
  const pending = new PendingAuthorization(
    { authBase: 'https://auth.test', issuers: [], clientId: 'c', redirectUri, scope: ['event.read'], eventId: 'evt_1' },
    new Redactor(),
  );
  const state = new URL(pending.url).searchParams.get('state') ?? '';
  const target = checkRedirectUri(redirectUri, port);
  const answers: Answer[] = [];
  const strays: string[] = [];
  const handler = redirectListener(target, pending, {
    onAnswer: async (answer) => {
      answers.push(answer);
      return page(200);
    },
    onStray: (what) => strays.push(what),
  });
  const defaultHost: HeaderList = [['Host', `localhost:${target.listenPort}`]];
  const hit = (
    url: string,
    { method = 'GET', headers = defaultHost }: { method?: string; headers?: HeaderList } = {},
  ) => handler.answer({ method, url, headers, body: new Uint8Array() });
  const good = `${target.path}?${new URLSearchParams({ code: 'the-code', state })}`;
  return { ...handler, pending, state, target, answers, strays, hit, good };
}

describe('the login continues after', () => {
  const elsewhere = [
    '/favicon.ico',
    '/',
    '/callback/',
    '/CALLBACK',
    '/%63allback',
    '/callbackx',
    '/callback;x',
    '/x/callback',
  ];

  it.each(elsewhere)('a visit to %s, which is not found', async (path) => {
    const { hit, good, state, answers } = listener();
    expect((await hit(`${path}?code=c&state=${state}`)).status).toBe(404);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it.each([
    '//evil/callback',
    '//:',
    '//localhost:3000/callback',
    'http://localhost:3000/callback',
    'callback',
    '*',
    '',
  ])('a request for the malformed target %j', async (target) => {
    const { hit, good, state, answers } = listener();
    expect((await hit(`${target}?code=c&state=${state}`)).status).toBe(400);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it.each(['HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('a %s of the right address', async (method) => {
    const { hit, good, answers } = listener();
    const response = await hit(good, { method });
    expect(response.status).toBe(405);
    expect(response.headers).toContainEqual(['Allow', 'GET']);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it.each<[string, HeaderList]>([
    ['a name that points here (DNS rebinding)', [['Host', 'evil.test:3000']]],
    ['another port', [['Host', 'localhost:3001']]],
    ['no port', [['Host', 'localhost']]],
    ['a suffix', [['Host', 'localhost:3000.evil.test']]],
    ['no host', []],
    ['an empty host', [['Host', '']]],
    [
      'two hosts, both right',
      [
        ['Host', 'localhost:3000'],
        ['host', 'localhost:3000'],
      ],
    ],
  ])('a request for %s', async (_what, headers) => {
    const { hit, good, answers } = listener();
    expect((await hit(good, { headers })).status).toBe(421);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it.each<[string, string]>([
    ['Sec-Purpose', 'prefetch'],
    ['Sec-Purpose', 'prefetch;prerender'],
    ['Purpose', 'prefetch'],
    ['X-Moz', 'prefetch'],
  ])('a fetch ahead of time (%s: %s)', async (name, value) => {
    const { hit, good, answers } = listener();
    const headers: HeaderList = [
      ['Host', 'localhost:3000'],
      [name, value],
    ];
    expect((await hit(good, { headers })).status).toBe(425);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it.each<[string, (state: string) => string]>([
    ['a wrong state', () => `code=c&state=${randomBytes(32).toString('base64url')}`],
    ['no state', () => 'code=c'],
    ['an error with a wrong state', () => 'error=access_denied&state=x'],
    ['two codes', (state) => `code=c&code=d&state=${state}`],
    ['two states', (state) => `code=c&state=${state}&state=${state}`],
    ['two errors', (state) => `error=a&error=b&state=${state}`],
    ['two issuers', (state) => `code=c&state=${state}&iss=https%3A%2F%2Fauth.test&iss=https%3A%2F%2Fauth.test`],
    ['nothing', () => ''],
  ])('a redirect with %s', async (_what, query) => {
    const { hit, good, state, answers } = listener();
    expect((await hit(`/callback?${query(state)}`)).status).toBe(400);
    expect(answers).toHaveLength(0);
    expect((await hit(good)).status).toBe(200);
  });

  it('a target longer than 8 KiB', async () => {
    const { hit, good } = listener();
    expect((await hit(`${good}&x=${'y'.repeat(8 * 1024)}`)).status).toBe(414);
    expect((await hit(good)).status).toBe(200);
  });

  it.each<[string, string]>([
    ['Content-Length', '5'],
    ['Transfer-Encoding', 'chunked'],
  ])('a request that announces a body (%s: %s)', async (name, value) => {
    const { hit, good } = listener();
    const headers: HeaderList = [
      ['Host', 'localhost:3000'],
      [name, value],
    ];
    expect((await hit(good, { headers })).status).toBe(413);
    expect((await hit(good)).status).toBe(200);
  });
});
