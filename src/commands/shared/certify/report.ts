import type { PlayedAct } from '../../../certify/run.ts';
import { remedyFor } from '../../../certify/unseen.ts';
import type { CheckReport, CheckResult } from '../../../checks/result.ts';
import type { CaseResult } from '../../../webhook/conformance/case.ts';
import { auditReport, type Baseline } from '../audit/report.ts';
import type { Played } from './play.ts';

const casePrefix = 'webhook-check:';

/** The verdict of a run: every rule, and every case of `webhook check` that was sent. */
export function certifyReport(
  { findings, acts, cases }: Played,
  { baseline, only }: { readonly baseline: Baseline; readonly only: readonly string[] | null },
): CheckReport {
  const chosen = findings.filter(({ rule }) => only?.includes(rule) ?? true);
  const report = auditReport(
    chosen.map((finding) => ({ ...finding, needs: remedyFor(finding.rule, acts) ?? finding.needs })),
    { command: 'revento certify', suite: 'revento.certify', baseline },
  );
  const isWanted = only?.includes('webhook-check') ?? true;
  const results = isWanted ? cases.map((one) => caseResult(one, baseline)) : [];
  const fixed = results.filter(({ id, outcome }) => baseline.has(id) && outcome === 'pass');
  return {
    ...report,
    results: [...report.results, ...results],
    notes: [
      ...report.notes,
      ...fixed.map(({ id }) => `${id} is fixed: remove it from the baseline`),
      ...unplayed(acts),
    ],
  };
}

function caseResult({ test, outcome, got, fix, durationMs }: CaseResult, baseline: Baseline): CheckResult {
  const { id: own, title, sent, wanted, why } = test;
  const id = `${casePrefix}${own}`;
  const particulars = Object.entries({ sent, wanted, got, why, fix, source: 'guide, webhooks' });
  return {
    id,
    title,
    outcome: outcome === 'fail' && baseline.has(id) ? 'warn' : outcome,
    got,
    particulars,
    durationMs,
  };
}

/** Acts that could not be played although all flags that they need were given. */
function unplayed(acts: readonly PlayedAct[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { act, outcome } of acts) {
    if (outcome.kind !== 'not played') continue;
    byReason.set(outcome.reason, [...(byReason.get(outcome.reason) ?? []), act.id]);
  }
  return [...byReason].map(([reason, ids]) => `not played: ${ids.join(', ')} (${reason})`);
}
