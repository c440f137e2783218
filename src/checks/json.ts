import { type CheckReport, type CheckResult, scoreOf } from './result.ts';

/** One check of a JSON report. Wire names. */
type CheckRow = Readonly<Record<string, string | number>>;

/** Each check as a row: its particulars are fields. */
export function checkRows(results: readonly CheckResult[]): readonly CheckRow[] {
  return results.map(({ id, title, outcome, particulars, durationMs }) => ({
    id,
    title,
    outcome,
    ...Object.fromEntries(particulars),
    duration_ms: durationMs,
  }));
}

/** A run as one JSON document, without what only the command knows. */
export function jsonReport({ results, notes }: CheckReport) {
  return { ...scoreOf(results), notes, cases: checkRows(results) };
}
