import { isLoopback } from '../../http/this-machine.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { PendingAuthorization, Rejection } from './authorize.ts';
import type { Answer } from './loopback.ts';
import type { RedirectTarget } from './redirect-uri.ts';

const rejections: Readonly<Record<Rejection, string>> = {
  repeated_parameter: 'That address names a parameter twice and cannot be used.',
  missing_state: 'That address has no state; paste it whole.',
  error_without_state: 'That address has no state; paste it whole.',
  wrong_state: 'That address belongs to another login; use the one printed above.',
  no_code: 'That address holds no code; paste the one the browser ended on, whole.',
};

/**
 * Judges an address that a person copied from the browser, by the same rules as one that a browser brought: it is
 * the state that proves whose answer it is. So the forms in which browsers and people copy one are all taken:
 * without `http://`, as 127.0.0.1 for localhost, or from the question mark on.
 *
 * @returns the answer, or a sentence that says why the line is none and never repeats it; null for an empty line
 *
 * Never throws.
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
  const judgement = pending.judge(query);
  switch (judgement.kind) {
    case 'over':
      return 'This login has its answer already.';
    case 'rejected':
      return rejections[judgement.reason];
    default:
      return judgement;
  }
}

/** The query of an address that is the redirect's, or of what is left of one; null for anything else. */
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
  const wanted = `paste the one the browser ends on after consent; it begins with ${uri}`;
  if (text.startsWith(url.slice(0, url.indexOf('?')))) return `That is the address to open first; ${wanted}`;
  if (/^[\w.~-]+$/.test(text))
    return `That is at most the code, without its state; paste the whole address, which begins with ${uri}`;
  return `That is not the address the browser ends on; it begins with ${uri}`;
}
