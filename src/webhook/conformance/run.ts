import { setMaxListeners } from 'node:events';
import { isSuccess } from '../../http/status.ts';
import { Bench, type CheckOptions } from './bench.ts';
import { type CaseResult, type ConformanceCase, rawBytes } from './case.ts';
import { plainCase } from './cases.ts';
import { type Explanation, explainFailures, explainRefusal } from './explain.ts';
import { type Framework, frameworkOf, rawBodyLine } from './framework.ts';

/** Remarks about a whole run. */
export interface Conclusion {
  /** The one mistake behind the failures, if found. */
  readonly explanation: Explanation | null;
  /** The framework that the handler's answers reveal, if any. */
  readonly framework: string | null;
  /** Remarks that apply to many cases and are shown once. */
  readonly notes: readonly string[];
}

/**
 * Runs the cases one after the other, each against the handler as the previous ones left it. Stops after a plain
 * valid delivery that was not acknowledged, and where the handler ended, because the other results would mean nothing.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* runCases(
  cases: readonly ConformanceCase[],
  options: CheckOptions,
): AsyncGenerator<CaseResult, Conclusion, void> {
  // Twenty requests at once all listen to the one signal; Node would report a leak.
  setMaxListeners(0, options.signal);
  const bench = new Bench(options);
  const results: CaseResult[] = [];
  let framework: Framework | null = null;
  for (const test of cases) {
    const startedAt = options.clock.monotonic();
    const judgment = await test.run(bench);
    if (judgment.answer !== undefined) framework ??= frameworkOf(judgment.answer);
    const result: CaseResult = {
      test,
      ...judgment,
      // With or without a proxy in front: if no plain delivery arrives, nothing can be judged.
      ...(test === plainCase && judgment.outcome === 'skip' && { outcome: 'fail' }),
      fix: fixFor(test, framework),
      durationMs: Math.round(options.clock.monotonic() - startedAt),
    };
    results.push(result);
    yield result;
    if (bench.isGone) {
      return { explanation: null, framework: framework?.name ?? null, notes: [goneNote(test, cases, results.length)] };
    }
    if (test !== plainCase || result.outcome !== 'fail' || result.answer === undefined) continue;
    const explanation = await explainRefusal(result.answer, bench);
    return { explanation, framework: framework?.name ?? null, notes: clockNotes(bench) };
  }
  const explanation = await explainFailures(results, bench);
  const notes = [...refusalNotes(results), ...frontNotes(results), ...clockNotes(bench)];
  return { explanation, framework: framework?.name ?? null, notes };
}

function fixFor({ fix }: ConformanceCase, framework: Framework | null): string {
  const line = fix.startsWith(rawBytes) ? rawBodyLine(framework, []) : null;
  return line === null ? fix : `${fix}; ${line}`;
}

/** Refusing with another 4xx than 401 is one remark, not a warning for each case. */
function refusalNotes(results: readonly CaseResult[]): string[] {
  const others = results.filter(
    ({ outcome, answer }) => outcome === 'pass' && answer?.status !== undefined && !isSuccess(answer.status),
  );
  const statuses = [...new Set(others.map(({ answer }) => answer?.status))].filter((status) => status !== 401);
  if (statuses.length === 0) return [];
  const count = others.filter(({ answer }) => answer?.status !== 401).length;
  return [
    `${count} deliveries were refused with HTTP ${statuses.sort().join(' and ')}; Revento's docs require 401: answer 401`,
  ];
}

/** The obstacle is named once, however many cases could not be judged. */
function frontNotes(results: readonly CaseResult[]): string[] {
  const skipped = results.filter(({ outcome, isExplained }) => outcome === 'skip' && isExplained !== true);
  if (skipped.length === 0) return [];
  const isLimited = skipped.some(({ got }) => got.includes('429'));
  const remedy = isLimited
    ? 'a rate limiter in front of the handler answered 429: exempt this machine from it, then run the check again'
    : 'a gateway in front of the handler answered 502, 503 or 504: bring the handler back up, then run the check again';
  return [`${skipped.length} of ${results.length} cases were not judged: ${remedy}`];
}

function goneNote({ id }: ConformanceCase, { length }: readonly ConformanceCase[], sent: number): string {
  const unsent = length - sent;
  const others = unsent === 0 ? '' : `, so the other ${unsent === 1 ? 'case was' : `${unsent} cases were`} not sent`;
  return `the handler ended: since ${id} nothing listens there${others}; look at its log, and start it again`;
}

function clockNotes({ clockAheadSeconds }: Bench): string[] {
  if (clockAheadSeconds === 0) return [];
  const way = clockAheadSeconds > 0 ? 'ahead of' : 'behind';
  return [`the handler's clock is ${Math.abs(clockAheadSeconds)} s ${way} this machine's: synchronize both clocks`];
}
