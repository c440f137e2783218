import type { Finding, ShownBreach } from './judge.ts';

/** What follows a request can excuse it: only a breach that is at least this old is reported. */
const standingMs = 1_000;

/** A breach, and the rule that it breaks. */
export interface NewBreach {
  readonly rule: string;
  readonly breach: ShownBreach;
}

/** Tells each breach once. */
export class News {
  readonly #told = new Set<string>();

  /**
   * Breaches that were not told before; of each rule those that its finding has.
   *
   * @param nowMs  by the stopwatch of the evidence
   */
  of(findings: readonly Finding[], nowMs: number): readonly NewBreach[] {
    return findings.flatMap(({ rule, breaches }) =>
      breaches.flatMap((breach) => {
        // The first request stays, however many more come to show the same breach.
        const key = `${rule} ${breach.requests[0]?.number}`;
        if (this.#told.has(key) || nowMs - breach.endMs < standingMs) return [];
        this.#told.add(key);
        return [{ rule, breach }];
      }),
    );
  }
}
