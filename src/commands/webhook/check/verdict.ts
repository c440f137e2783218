import type { CheckResult } from '../../../checks/result.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { headerOf } from '../../../http/headers.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Answer } from '../../../webhook/conformance/answer.ts';
import type { CaseResult } from '../../../webhook/conformance/case.ts';
import { plainCase } from '../../../webhook/conformance/cases.ts';
import type { Explanation } from '../../../webhook/conformance/explain.ts';
import { handlerHint } from '../shared/handler-hint.ts';

/** A case's result in the shape of every report. */
export function checkResult({ test, outcome, got, fix, durationMs }: CaseResult): CheckResult {
  const { id, title, sent, wanted, why } = test;
  const particulars = Object.entries({ sent, wanted, got, why, fix });
  return { id, title, outcome, got, particulars, durationMs };
}

/** Not even a plain valid delivery was acknowledged, so nothing else was sent. */
export function isStopped({ test, outcome }: CaseResult): boolean {
  return test === plainCase && outcome === 'fail';
}

interface VerdictContext {
  readonly url: string;
  /** Of the secret that signed. */
  readonly label: string;
  /** How many cases were not sent. */
  readonly unsent: number;
}

/** Lines about the whole run: cause and remedy, if known. */
export function verdictLines(
  results: readonly CaseResult[],
  explanation: Explanation | null,
  { url, label, unsent }: VerdictContext,
): string[] {
  const lines: string[] = [];
  if (explanation !== null) lines.push(`cause: ${explanation.mistake}`, `fix: ${explanation.fix}`);
  const [first] = results;
  if (first === undefined || !isStopped(first)) return lines;
  const hint = explanation === null && first.answer !== undefined ? plainHint(first.answer, url, label) : null;
  if (hint !== null) lines.push(`hint: ${hint}`);
  const others = unsent === 1 ? 'the other case was' : `the other ${unsent} cases were`;
  if (unsent > 0) lines.push(`note: ${others} not sent, because a plain valid delivery was not acknowledged`);
  return lines;
}

/** The hint when a plain valid delivery was not acknowledged and no known mistake of the handler explains it. */
function plainHint(answer: Answer, url: string, label: string): string | null {
  const { status, says } = answer;
  const target = status !== null && status >= 300 && status < 400 ? redirectTarget(answer, url) : null;
  if (target !== null) return `the URL redirects to ${target}; run: revento webhook check ${shellWord(target)}`;
  if (says.includes('APPEND_SLASH')) {
    const whole = withSlash(url);
    return `Django requires a trailing slash; run: revento webhook check ${shellWord(whole)}`;
  }
  if (status === 401 || status === 403) {
    return `does the handler verify with this secret, ${label}? Or is it behind a login, a proxy or a CSRF check?`;
  }
  return handlerHint({
    url,
    status,
    failure: answer.failure,
    excerpt: answer.text,
    location: headerOf(answer, 'location'),
  });
}

/** The whole URL that a redirect points to, as one line; null when it points nowhere. */
function redirectTarget(answer: Answer, url: string): string | null {
  const location = headerOf(answer, 'location');
  return location !== null && URL.canParse(location, url) ? plainLine(new URL(location, url).href, 500) : null;
}

function withSlash(url: string): string {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/`;
  return target.href;
}
