import { isLoopback } from '../../http/this-machine.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { PendingAuthorization, Rejection } from './authorize.ts';
import type { Answer } from './loopback.ts';
import type { RedirectTarget } from './redirect-uri.ts';

const rejections: Readonly<Record<Rejection, string>> = {
  repeated_parameter: 'That URL has a parameter twice and cannot be used.',
  missing_state: 'That URL has no state; paste the full URL.',
  error_without_state: 'That URL has no state; paste the full URL.',
  wrong_state: 'That URL belongs to another login; use the one printed above.',
  no_code: 'That URL has no code; paste the full URL that the browser was redirected to.',
};

/**
 * Checks a URL that the user copied from the browser by the same rules as a requested one: the state proves that it
 * belongs to this login. The forms in which browsers and users copy one are all taken:
 * without `http://`, as 127.0.0.1 for localhost, or from the question mark on.
 *
 * @returns the answer, or a sentence that says why the line is none and never repeats it; null for an empty line
 */
export function judgePasted(
  line: string,
  target: RedirectTarget,
  pending: PendingAuthorization,
): Answer | string | null {
  const text = line.trim().replace(/^(["'<])(.*)[>"']$/, '$2');
  if (text === '') return null;
  const query = queryOf(text, target);
  if (query === null) return whatItIs(text, target, pending);
  const judgment = pending.judge(query);
  switch (judgment.kind) {
    case 'over':
      return 'This login already has its answer.';
    case 'rejected':
      return rejections[judgment.reason];
    default:
      return judgment;
  }
}

/** The query of a URL that is the redirect's, or of a part of one; null for anything else. */
function queryOf(text: string, { uri, isLoopback: isOwn }: RedirectTarget): string | null {
  if (/^\??(code|state|error|iss)=/.test(text)) return text.replace(/^\?/, '').replace(/#.*$/, '');
  const expected = new URL(uri);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${expected.protocol}//${text}`;
  const url = parseUrl(whole);
  if (url === null || url.protocol !== expected.protocol || url.pathname !== expected.pathname) return null;
  const isSameHost = url.host === expected.host || (isOwn && isLoopback(url.hostname) && url.port === expected.port);
  return isSameHost ? url.search.slice(1) : null;
}

/** For what is often pasted in its place. */
function whatItIs(text: string, { uri }: RedirectTarget, { url }: PendingAuthorization): string {
  const wanted = `paste the one that the browser is redirected to after consent; it starts with ${uri}`;
  if (text.startsWith(url.slice(0, url.indexOf('?')))) return `That's the URL to open first; ${wanted}`;
  if (/^[\w.~-]+$/.test(text)) return `That's only the code. Paste the full URL, starting with ${uri}`;
  return `That's not the URL that the browser was redirected to; it starts with ${uri}`;
}
