import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { isLoopback } from '../../../src/http/this-machine.ts';
import type { HttpRequest, HttpResponse } from '../../../src/ports/exchange.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { readForm } from '../../../src/sandbox/visitor/form.ts';
import { visit } from '../../../src/sandbox/visitor/visitor.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf } from '../../support/sandbox/client.ts';

const allow = { isDenied: false, onlyScopes: null };
const isHere = (url: URL) => isLoopback(url.hostname);
const page = (status: number, html: string): HttpResponse => ({
  status,
  headers: [['Content-Type', 'text/html']],
  body: Buffer.from(html, 'utf8'),
});
const redirect = (location: string, cookies: readonly string[] = []): HttpResponse => ({
  status: 302,
  headers: [['Location', location], ...cookies.map((cookie) => ['Set-Cookie', cookie] as const)],
  body: new Uint8Array(),
});

/** A machine with a sandbox on port 4010 and an integration on port 3000 that keeps its state in a cookie. */
function setUp() {
  const sandbox = createSandbox({ clock: fakeClock() });
  const app = integrationOf(sandbox);
  const seen: HttpRequest[] = [];
  const http = async (request: HttpRequest): Promise<HttpResponse> => {
    seen.push(request);
    const url = new URL(request.url);
    if (url.port === '4010') return sandbox.exchange(request);
    if (url.pathname === '/connect') {
      const answer = await app.authorize();
      // The page itself is not needed here, only the address of it.
      expect(answer.status).toBe(200);
      return redirect(start.href, ['state=s1; HttpOnly; Path=/', 'gone=; Max-Age=0']);
    }
    return page(url.searchParams.has('error') ? 400 : 200, '<p>thanks</p>');
  };
  const start = new URL(
    `http://127.0.0.1:4010/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      scope: 'event.read participants.read program.read',
      event_id: sandbox.eventId,
      state: 's1',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })}`,
  );
  const callback = () => new URL(seen.at(-1)?.url ?? '').searchParams;
  return { http, start, seen, callback, app };
}

describe('a visit to the consent page', () => {
  it('allows the request and lands on the callback with a code', async () => {
    const { http, start, seen, callback } = setUp();
    const end = await visit(http, start, allow, isHere);
    expect(end).toEqual({ landedOn: 'http://localhost:3000/callback', status: 200, hasAnswered: true, heading: null });
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    expect(callback().get('code')).toBeTruthy();
    expect(callback().get('state')).toBe('s1');
  });

  it('denies', async () => {
    const { http, start, callback } = setUp();
    await visit(http, start, { isDenied: true, onlyScopes: null }, isHere);
    expect(callback().get('error')).toBe('access_denied');
  });

  it('unticks what is not wanted', async () => {
    const { http, start, callback, app } = setUp();
    await visit(http, start, { isDenied: false, onlyScopes: ['program.read'] }, isHere);
    const answer = await app.exchangeCode(callback().get('code') ?? '', {
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    });
    expect(JSON.parse(Buffer.from(answer.body).toString()).scope).toBe('event.read program.read');
  });

  it('refuses to untick what is not on the page', async () => {
    const { http, start } = setUp();
    const visiting = visit(http, start, { isDenied: false, onlyScopes: ['profile.read'] }, isHere);
    await expect(visiting).rejects.toThrow('does not ask for the scope "profile.read"');
  });

  it('begins at a page of the integration, and brings its cookies back', async () => {
    const { http, seen } = setUp();
    const end = await visit(http, new URL('http://localhost:3000/connect'), allow, isHere);
    expect(end).toMatchObject({ landedOn: 'http://localhost:3000/callback', hasAnswered: true });
    const cookie = seen.at(-1)?.headers.find(([name]) => name === 'Cookie')?.[1];
    expect(cookie).toBe('state=s1');
    const toSandbox = seen.find(({ url }) => url.includes(':4010'));
    expect(toSandbox?.headers.some(([name]) => name === 'Cookie')).toBe(false);
  });

  it('says when nothing was asked', async () => {
    const { http } = setUp();
    const lost = new URL('http://127.0.0.1:4010/oauth/authorize');
    expect(await visit(http, lost, allow, isHere)).toMatchObject({ status: 400, hasAnswered: false });
  });

  it('does not leave this machine', async () => {
    const requested: string[] = [];
    const http = async ({ url }: HttpRequest) => {
      requested.push(url);
      return redirect('https://evil.example/steal');
    };
    const visiting = visit(http, new URL('http://127.0.0.1:4010/'), allow, isHere);
    await expect(visiting).rejects.toThrow('evil.example, which is not on this machine');
    expect(requested).toHaveLength(1);
  });

  it('ends when a page redirects to itself forever', async () => {
    const visiting = visit(async () => redirect('/again'), new URL('http://127.0.0.1:4010/'), allow, isHere);
    await expect(visiting).rejects.toThrow('redirects more than 20 times');
  });

  it('does not press the only button when it is the wrong one', async () => {
    const html = '<form method="post"><button name="go" value="deny">No</button></form>';
    const visiting = visit(async () => page(200, html), new URL('http://127.0.0.1:4010/'), allow, isHere);
    await expect(visiting).rejects.toThrow(ReventoError);
  });
});

describe('reading a form', () => {
  it('finds fields in any order and quoting, and decodes what is escaped', () => {
    const form = readForm(`<p>x</p><FORM action='/a?b=1&amp;c=2' METHOD="post">
      <input value="&lt;x&#39;&#x41;&quot;" type=hidden name=t><input type="checkbox" name="s" value="a>b" checked disabled>
      <input type=checkbox name=u><select name="who"><option value="7">Z<option value="8">Y</select>
      <button name="d" value="allow">Yes</button><input type="submit" value="no name"></FORM>`);
    expect(form).toMatchObject({ method: 'POST', action: '/a?b=1&c=2' });
    expect(form?.fields).toEqual([
      { name: 't', value: `<x'A"`, kind: 'hidden', isOn: false, isDisabled: false },
      { name: 's', value: 'a>b', kind: 'checkbox', isOn: true, isDisabled: true },
      { name: 'u', value: 'on', kind: 'checkbox', isOn: false, isDisabled: false },
      { name: 'd', value: 'allow', kind: 'button', isOn: false, isDisabled: false },
      { name: 'who', value: '7', kind: 'other', isOn: true, isDisabled: false },
    ]);
  });

  it('is null for a page without one', () => {
    expect(readForm('<p>no form here</p>')).toBeNull();
  });

  it('is not deceived by a bracket in a quoted value', () => {
    expect(readForm('<form action="/a>b"><input name="c"></form>')).toMatchObject({
      action: '/a>b',
      fields: [{ name: 'c' }],
    });
  });

  it('is done soon with a large page whose tags are not closed', () => {
    const many = 200_000;
    expect(readForm('<form>'.repeat(many))).toBeNull();
    expect(readForm('<form '.repeat(many))).toBeNull();
    expect(readForm(`<form>${'<input '.repeat(many)}</form>`)?.fields).toEqual([]);
    expect(readForm(`<form>${'<select>'.repeat(many)}</form>`)?.fields).toEqual([]);
  });
});
