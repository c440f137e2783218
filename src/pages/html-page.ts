import { createHash } from 'node:crypto';
import type { HttpResponse } from '../ports/exchange.ts';
import { plainLine } from '../text/plain-line.ts';

/** Characters of one piece of somebody else's text on a page. */
const maxTextChars = 600;

interface HtmlPage {
  readonly status: number;
  readonly html: string;
  /** What stands between the page's `<style>` tags: the one style it may use. */
  readonly style: string;
  /** Where forms may be sent, as CSP sources; none when there is no form. */
  readonly formTargets?: readonly string[];
}

/**
 * A page as a complete response: self-contained, without script; its headers forbid to cache, frame or sniff it, to
 * send its URL on, and to load anything at all.
 *
 * Source: RFC 9700 sections 4.2.4 and 4.16.
 */
export function htmlPage({ status, html, style, formTargets = [] }: HtmlPage): HttpResponse {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style, 'utf8').digest('base64')}'`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `form-action ${formTargets.length === 0 ? "'none'" : formTargets.join(' ')}`,
  ];
  return {
    status,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Frame-Options', 'DENY'],
      ['Content-Security-Policy', policy.join('; ')],
    ],
    body: new TextEncoder().encode(html),
  };
}

/** More than the five usual ones, so that the text is harmless in any attribute as well, quoted or not. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
  '/': '&#47;',
};

/** Text with its markup escaped, however long it is: a URL for an attribute, for instance. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"'`=/]/g, (found) => entities[found] ?? '');
}

/**
 * Somebody else's text, safe anywhere in a page: one line of at most 600 characters, without control or
 * direction-changing ones, escaped.
 */
export function escapeHtml(text: string): string {
  return escapeMarkup(plainLine(text, maxTextChars));
}

/** Our own sentences as HTML: text in backquotes becomes code, and lines stay lines. */
export function proseHtml(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${escapeMarkup(part)}</code>` : escapeMarkup(part)))
    .join('')
    .replaceAll('\n', '<br>');
}
