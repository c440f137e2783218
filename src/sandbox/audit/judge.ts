import type { Evidence } from './evidence.ts';
import type { Ruling } from './rule.ts';
import { rules } from './rules.ts';

/** The limits of breaches per rule, and of requests per breach. */
const mostBreaches = 5;
const mostShown = 8;

export type Verdict = 'held' | 'broken' | 'not_seen';

/** A request or delivery that shows a breach, as a report names it. */
export interface ShownRequest {
  /** Its place in the order of arrival since the sandbox started, from 1. */
  readonly number: number;
  /** Time of the sandbox, milliseconds since the Unix epoch. */
  readonly at: number;
  /** Holds no secret. */
  readonly line: string;
  /** Null for a delivery. */
  readonly requestId: string | null;
  /** Null for a request. */
  readonly deliveryId: string | null;
}

export interface ShownBreach {
  readonly what: string;
  readonly requests: readonly ShownRequest[];
  /** When the last of the requests ended, by the stopwatch of the evidence. */
  readonly endMs: number;
}

/** The result of one rule. */
export interface Finding {
  readonly rule: string;
  readonly verdict: Verdict;
  /** The first few; `count` is all. */
  readonly breaches: readonly ShownBreach[];
  readonly count: number;
}

/** Judges by every rule, in the order of the rules. */
export function judge(evidence: Evidence): readonly Finding[] {
  return [...judgments(evidence)];
}

/** The same as a generator, so that the caller can do other work between rules. */
export function* judgments(evidence: Evidence): Generator<Finding, void, void> {
  for (const { id, judge: ruling } of rules) yield findingOf(id, ruling(evidence));
}

/** The same, with other work done between rules. */
export async function judgeInTurns(evidence: Evidence): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const finding of judgments(evidence)) {
    findings.push(finding);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return findings;
}

/** Merges the findings of two periods: a breach stays a breach. */
export function join(earlier: readonly Finding[], later: readonly Finding[]): readonly Finding[] {
  return later.map((finding) => {
    const before = earlier.find(({ rule }) => rule === finding.rule);
    if (before === undefined) return finding;
    const verdicts = [before.verdict, finding.verdict];
    return {
      rule: finding.rule,
      verdict: verdicts.includes('broken') ? 'broken' : verdicts.includes('held') ? 'held' : 'not_seen',
      breaches: [...before.breaches, ...finding.breaches].slice(0, mostBreaches),
      count: before.count + finding.count,
    };
  });
}

function findingOf(rule: string, { breaches, isSeen }: Ruling): Finding {
  return {
    rule,
    verdict: breaches.length > 0 ? 'broken' : isSeen ? 'held' : 'not_seen',
    breaches: breaches.slice(0, mostBreaches).map(({ what, shown }) => ({
      what,
      requests: shown.slice(0, mostShown).map((one) => {
        const { number, at, line, answeredAs } = one;
        const deliveryId = one.kind === 'delivery' ? one.id : null;
        return { number, at, line, requestId: answeredAs ?? null, deliveryId };
      }),
      endMs: Math.max(...shown.map(({ endMs }) => endMs)),
    })),
    count: breaches.length,
  };
}
