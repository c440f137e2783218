import type { Style } from '../../../text/style.ts';
import type { CaseResult } from '../../../webhook/conformance/bench.ts';
import { conformanceCases } from '../../../webhook/conformance/cases.ts';
import { scoreOf } from '../../../webhook/conformance/report.ts';
import { handlerHint } from '../shared/handler-hint.ts';

/** Not even a plain right delivery was acknowledged. */
function isPlainFailure({ test, outcome }: CaseResult): boolean {
  return test === conformanceCases[0] && outcome === 'fail';
}

/** Whether a case stands in the shadow of the first one: where no right delivery is taken, its own remedy misleads. */
function isOvershadowed(result: CaseResult, first: CaseResult | undefined): boolean {
  return first !== undefined && first !== result && isPlainFailure(first);
}

/** Answers that a web server gives where there is no handler, or one that is not to be reached. */
const noHandler: ReadonlySet<number> = new Set([404, 405, 410, 501, 502, 503, 504]);

/**
 * Whether the plain right delivery met no handler at all: each of the other cases would get the same answer, or none
 * in all the time it had.
 */
export function isNobody(result: CaseResult): boolean {
  if (!isPlainFailure(result)) return false;
  const status = result.answer?.status ?? null;
  return status === null || status < 400 || noHandler.has(status);
}

/**
 * What is wrong when not even the first case, a plain right delivery, is acknowledged; null when it is.
 *
 * @param label   of the secret that signed it
 * @param unsent  how many cases were not run for that reason
 */
export function commonCause(
  url: string,
  [first]: readonly CaseResult[],
  { label, unsent }: { readonly label: string; readonly unsent: number },
): string | null {
  if (first === undefined || !isPlainFailure(first)) return null;
  const { status = null, error = null } = first.answer ?? {};
  const refusal = `does the handler verify with this secret, ${label}? Or does a login, a proxy or a CSRF check stand before it?`;
  const hint = status === 401 || status === 403 ? refusal : handlerHint({ url, status, error, location: null });
  const rest = unsent > 0 ? `the other ${unsent} cases were not sent` : 'the other cases say little yet';
  return `a plain right delivery was not acknowledged, so ${rest}${hint === null ? '' : `: ${hint}`}`;
}

/**
 * @param first  the plain right delivery's, where it stands before this one in a report: when that failed, this one
 *   is told without reason and remedy, and without words of the handler's that it has said already
 */
export function resultText(result: CaseResult, style: Style, first: CaseResult | undefined): string {
  const { test, outcome } = result;
  const isShort = isOvershadowed(result, first);
  const got = isShort ? withoutWords(result.got, first?.answer?.says) : result.got;
  const mark = { pass: style.green('✓'), warn: style.yellow('!'), fail: style.red('✗') }[outcome];
  if (outcome === 'pass') return `${mark} ${test.title} ${style.dim(`(${test.id})`)}`;
  const head = `${mark} ${style.bold(test.title)} ${style.dim(`(${test.id})`)}`;
  const answer = outcome === 'fail' ? style.red(got) : style.yellow(got);
  if (isShort) return `${head} ${answer}`;
  return [
    head,
    `    sent    ${test.sent}`,
    `    wanted  ${test.wanted}`,
    `    got     ${answer}`,
    `    why     ${test.why}`,
    // Of somebody's who has a handler there; the hint says what is the matter.
    ...(isNobody(result) ? [] : [`    fix     ${test.fix}`]),
  ].join('\n');
}

function withoutWords(got: string, words = ''): string {
  return words === '' ? got : got.replaceAll(` (${words})`, '');
}

/** The count of cases that hold, and of those that do not. */
export function scoreText(results: readonly CaseResult[], style: Style): string {
  const { passed, warned, failed } = scoreOf(results);
  const share = `${passed + warned} of ${results.length} cases hold`;
  const summary = failed === 0 ? style.green(share) : style.red(`${share}, ${failed} failed`);
  return `\n${summary}${warned > 0 ? style.yellow(`, ${warned} with a warning`) : ''}`;
}
