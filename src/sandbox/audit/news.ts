import type { Finding, ShownBreach } from './judge.ts';

/** A later request can excuse an earlier one, so only a breach at least this old is reported. */
const standingMs = 1_000;

/** A breach, and the rule that it breaks. */
export interface NewBreach {
  readonly rule: string;
  readonly breach: ShownBreach;
}

/** Reports each breach once. */
export class News {
  readonly #told = new Set<string>();

  /**
   * The breaches that were not reported before, from the findings of each rule.
   *
   * @param nowMs  by the stopwatch of the evidence
   */
  of(findings: readonly Finding[], nowMs: number): readonly NewBreach[] {
    return findings.flatMap(({ rule, breaches }) =>
      breaches.flatMap((breach) => {
        // The first request identifies a breach, however many more show it.
        const key = `${rule} ${breach.requests[0]?.number}`;
        if (this.#told.has(key) || nowMs - breach.endMs < standingMs) return [];
        this.#told.add(key);
        return [{ rule, breach }];
      }),
    );
  }
}
