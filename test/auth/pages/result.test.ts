import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  asidePage,
  declinedPage,
  failedPage,
  foreignPage,
  refusedPage,
  signedInPage,
} from '../../../src/auth/pages/result.ts';
import { escapeHtml } from '../../../src/pages/html-page.ts';
import type { HttpResponse } from '../../../src/ports/exchange.ts';

const hostile = '<img src=x onerror="alert(1)">&\'`</p></style><script>x</script>';

const login = {
  kind: 'installation' as const,
  eventId: 'evt_1',
  organizationId: 'org_1',
  scope: ['event.read'],
  withheld: ['program.read'],
};

const pages: readonly (readonly [name: string, status: number, page: HttpResponse])[] = [
  ['success', 200, signedInPage(login)],
  ['declined', 400, declinedPage('evt_1', hostile)],
  ['an error', 400, refusedPage(hostile, hostile)],
  ['a failed exchange', 502, failedPage(hostile)],
  ['another issuer', 400, foreignPage(hostile)],
  ['a lost visitor', 404, asidePage(404, 'Not here.')],
  ['a second answer', 409, asidePage(409, 'Too late.')],
];

const textOf = ({ body }: HttpResponse) => new TextDecoder().decode(body);
const headerOf = ({ headers }: HttpResponse, name: string) =>
  headers.filter(([key]) => key === name).map(([, value]) => value);

describe.each(pages)('the page of %s', (_name, status, page) => {
  it(`has the status ${status}`, () => {
    expect(page.status).toBe(status);
  });

  it.each([
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
  ])('is sent with %s: %s', (name, value) => {
    expect(headerOf(page, name)).toEqual([value]);
  });

  it('allows its own style by hash and nothing else', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(textOf(page))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headerOf(page, 'Content-Security-Policy')).toEqual([
      `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    ]);
  });

  it('has no script, no link, no form, no resource, no refresh and no inline style', () => {
    const text = textOf(page);
    expect(text).not.toMatch(/<(script|a|link|form|img|iframe|object|embed|base|input)\b/i);
    expect(text).not.toMatch(/http-equiv|\bstyle=|url\(|@import|\bon\w+="/i);
  });

  it('is a document with a language, a title and one heading', () => {
    const text = textOf(page);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toMatch(/<title>[^<]+ · revento<\/title>/);
    expect(text.match(/<h1>/g)).toHaveLength(1);
  });
});

it('says that success is success, for which event, and what was not granted', () => {
  const text = textOf(signedInPage(login));
  expect(text).toContain('<h1>Signed in</h1>');
  expect(text).toContain('<code>evt_1</code>');
  expect(text).toMatch(/Not granted<\/dt><dd><code>program\.read<\/code>/);
});

it('shows the words of the authorization server as text', () => {
  expect(textOf(refusedPage('x', '<b>&"'))).toContain('&lt;b&gt;&amp;&quot;');
});

describe('escaping', () => {
  it('covers everything that could leave text or an attribute', () => {
    expect(escapeHtml('a & < > " \' ` = /')).toBe('a &amp; &lt; &gt; &quot; &#39; &#96; &#61; &#47;');
  });

  it('neutralises control, C1 and direction-changing characters', () => {
    expect(escapeHtml('a\u0000\u001b\u0085\u009b\u202e\u2066b')).not.toMatch(
      /[\u0000-\u001f\u0080-\u009f\u202e\u2066]/,
    );
  });

  it('cuts at 600 characters, counted before escaping', () => {
    expect(escapeHtml('<'.repeat(10_000))).toBe(`${'&lt;'.repeat(599)}…`);
  });
});
