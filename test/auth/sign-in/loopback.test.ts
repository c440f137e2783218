import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageResponse } from '../../../src/auth/pages/template.ts';
import { PendingAuthorization } from '../../../src/auth/sign-in/authorize.ts';
import { type Answer, listenForRedirect, redirectListener } from '../../../src/auth/sign-in/loopback.ts';
import { checkRedirectUri } from '../../../src/auth/sign-in/redirect-uri.ts';
import type { HeaderList, HttpResponse, ServeOptions } from '../../../src/ports/exchange.ts';
import { Redactor } from '../../../src/text/secret.ts';

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

function textOf(response: HttpResponse): string {
  return new TextDecoder().decode(response.body);
}

it('takes the redirect with the right state, and answers with the page of the outcome', async () => {
  const { hit, good, answers } = listener();
  expect((await hit(good)).status).toBe(200);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.kind).toBe('code');
});

it.each(['localhost:3000', 'LOCALHOST:3000', '127.0.0.1:3000', '[::1]:3000'])('may be reached as %s', async (host) => {
  const { hit, good } = listener();
  expect((await hit(good, { headers: [['Host', host]] })).status).toBe(200);
});

it.each(['abc.tunnel.test', 'ABC.tunnel.test', 'abc.tunnel.test:443', 'localhost:3456', '127.0.0.1:3456'])(
  'behind a tunnel may be reached as %s',
  async (host) => {
    const { hit, good } = listener('https://abc.tunnel.test/cb', 3456);
    expect((await hit(good, { headers: [['Host', host]] })).status).toBe(200);
  },
);

it.each(['other.tunnel.test', 'localhost:443', 'abc.tunnel.test:3456'])(
  'behind a tunnel may not be reached as %s',
  async (host) => {
    const { hit, good } = listener('https://abc.tunnel.test/cb', 3456);
    expect((await hit(good, { headers: [['Host', host]] })).status).toBe(421);
  },
);

it('takes the path from the redirect URI of the tunnel', async () => {
  const { hit, state } = listener('https://abc.tunnel.test/cb', 3456);
  expect((await hit(`/callback?code=c&state=${state}`)).status).toBe(404);
  expect((await hit(`/cb?code=c&state=${state}`)).status).toBe(200);
});

it("keeps the redirect URI's own query out of the way", async () => {
  const { hit, state } = listener('http://localhost:3000/callback?tenant=7');
  expect((await hit(`/callback?tenant=7&code=c&state=${state}`)).status).toBe(200);
});

it('of three good redirects at once takes the first, and has one answer only', async () => {
  const { hit, good, answers } = listener();
  const responses = await Promise.all([hit(good), hit(good), hit(good)]);
  expect(responses.map((response) => response.status)).toEqual([200, 409, 409]);
  expect(answers).toHaveLength(1);
});

it('refuses an answer once the login was given up', async () => {
  const { hit, good, pending, answers } = listener();
  pending.drop();
  expect((await hit(good)).status).toBe(409);
  expect(answers).toHaveLength(0);
});

it('passes on an error with the right state', async () => {
  const { hit, state, answers } = listener();
  await hit(`/callback?error=access_denied&state=${state}`);
  expect(answers).toMatchObject([{ kind: 'error', error: 'access_denied' }]);
});

it.each(['error=server_error&error_description=Call', 'error=access_denied&state=', 'error=x&code=c'])(
  'continues after an error without a state (%s), and reports it without its content',
  async (query) => {
    const { hit, good, answers, strays } = listener();
    const answer = await hit(`/callback?${query}`);
    expect(answer.status).toBe(400);
    expect(textOf(answer)).not.toMatch(/server_error|access_denied|Call/);
    expect(strays).toEqual(['an error without a state came']);
    expect(answers).toEqual([]);
    expect((await hit(good)).status).toBe(200);
  },
);

describe('what a browser wants the answer for', () => {
  const asking = (fetch: Record<string, string>): HeaderList => [['Host', 'localhost:3000'], ...Object.entries(fetch)];

  it.each<[string, Record<string, string>]>([
    ['a picture', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a picture, said by its destination alone', { 'Sec-Fetch-Dest': 'image' }],
    ['a frame', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' }],
    ['a script', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }],
    ['a request of the same site', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
    ['a socket', { 'Sec-Fetch-Mode': 'websocket', 'Sec-Fetch-Dest': 'websocket' }],
    ['a request without credentials', { 'Sec-Fetch-Mode': 'no-cors' }],
    ['an object', { 'Sec-Fetch-Dest': 'object', 'Sec-Fetch-Mode': 'navigate' }],
  ])('is refused when it is %s, and the login continues', async (_what, fetch) => {
    const { hit, good, state, answers } = listener();
    for (const url of [good, `/callback?error=access_denied&state=${state}`, '/callback?error=x']) {
      expect((await hit(url, { headers: asking(fetch) })).status).toBe(403);
    }
    expect(answers).toEqual([]);
    expect((await hit(good)).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    [
      'a page from another site',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
    ],
    [
      'a page from an address that was typed',
      { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-User': '?1' },
    ],
    ['nothing of that', {}],
    ['the fetch of Node, which is a program', { 'Sec-Fetch-Mode': 'cors' }],
  ])('is taken when it is %s', async (_what, fetch) => {
    const { hit, good } = listener();
    expect((await hit(good, { headers: asking(fetch) })).status).toBe(200);
  });
});

it('refuses a request by its head alone', () => {
  const { admit, good } = listener();
  const headers: HeaderList = [['Host', 'localhost:3000']];
  expect(admit({ method: 'POST', url: good, headers })?.status).toBe(405);
  expect(admit({ method: 'GET', url: '/', headers })?.status).toBe(404);
  expect(admit({ method: 'GET', url: good, headers })).toBeNull();
});

it('shows code and state on no page', async () => {
  const { hit, state, answers } = listener();
  const code = randomBytes(16).toString('hex');
  const pages = [
    await hit(`/nowhere?code=${code}&state=${state}`),
    await hit(`/callback?code=${code}&state=${state}x`),
    await hit(`/callback?code=${code}&code=${code}&state=${state}`),
    await hit(`/callback?code=${code}&state=${state}`),
    await hit(`/callback?code=${code}&state=${state}`),
  ];
  expect(answers).toHaveLength(1);
  for (const shown of pages.map(textOf)) {
    expect(shown).not.toContain(code);
    expect(shown).not.toContain(state);
  }
});

describe('the server', () => {
  const listening = { port: 3000, addresses: ['127.0.0.1'], close: async () => undefined };

  async function optionsFor(redirectUri: string, port?: number): Promise<ServeOptions> {
    const { target, pending } = listener(redirectUri, port);
    let seen: ServeOptions | undefined;
    await listenForRedirect(
      async (options) => {
        seen = options;
        return listening;
      },
      target,
      pending,
      { onAnswer: async () => page(200), onStray: () => undefined },
    );
    if (seen === undefined) throw new Error('nothing was served');
    return seen;
  }

  it.each<[string, number | undefined, string, number]>([
    ['http://localhost:3000/callback', undefined, 'localhost', 3000],
    ['http://127.0.0.1:3100/callback', undefined, '127.0.0.1', 3100],
    ['http://[::1]:3200/callback', undefined, '::1', 3200],
    ['https://abc.tunnel.test/cb', 3456, 'localhost', 3456],
  ])('for %s (--port %s) is asked to bind %s port %i', async (uri, port, host, bound) => {
    expect(await optionsFor(uri, port)).toMatchObject({ host, port: bound });
  });

  it('reads no bodies, waits 10 s for a request at most, holds 64 connections and closes each after its page', async () => {
    expect(await optionsFor('http://localhost:3000/callback')).toMatchObject({
      maxBodyBytes: 0,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      maxConnections: 64,
      closeEach: true,
    });
  });
});
