import type { PendingAuthorization, Rejection } from './authorize.ts';
import type { Answer } from './loopback.ts';
import type { RedirectTarget } from './redirect-uri.ts';

const rejections: Readonly<Record<Rejection, string>> = {
  repeated_parameter: 'That address names a parameter twice and cannot be used.',
  missing_state: 'That address has no state; paste it whole.',
  wrong_state: 'That address belongs to another login; use the one printed above.',
  wrong_issuer: 'That address comes from another authorization server.',
  no_code: 'That address holds no code; paste the one the browser ended on, whole.',
};

/**
 * Judges an address that a person copied from the browser, by the same rules as one that a browser brought.
 *
 * @returns the answer, or a sentence that says why the line is none and never repeats it
 *
 * Never throws.
 */
export function judgePasted(line: string, target: RedirectTarget, pending: PendingAuthorization): Answer | string {
  const text = line.trim().replace(/^(["'<])(.*)[>"']$/, '$2');
  const expected = new URL(target.uri);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.origin !== expected.origin || url.pathname !== expected.pathname) {
    return `That is not the address the browser ends on; it begins with ${target.uri}`;
  }
  const judgement = pending.judge(url.search.slice(1));
  switch (judgement.kind) {
    case 'over':
      return 'This login has its answer already.';
    case 'rejected':
      return rejections[judgement.reason];
    default:
      return judgement;
  }
}
