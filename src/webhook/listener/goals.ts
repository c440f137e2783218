import { isTypeMatch } from '../targets.ts';

/** The conditions that end `listen`. Types are patterns, as in routes. */
export interface GoalOptions {
  readonly count: number | null;
  readonly until: string | null;
  /** Each needs its own delivery: a type named twice must come twice. */
  readonly expect: readonly string[];
}

/**
 * The conditions of a listen run. Only deliveries that were verified, are not duplicates and were acknowledged with
 * 2xx count: one that the handler failed on is retried, and counts then.
 */
export class Goals {
  readonly #count: number | null;
  readonly #until: string | null;
  /** There is at least one condition. */
  readonly isSet: boolean;
  #seen = 0;
  #isUntilSeen = false;
  #expected: string[];

  constructor({ count, until, expect }: GoalOptions) {
    this.#count = count;
    this.#until = until;
    this.#expected = [...expect];
    this.isSet = count !== null || until !== null || expect.length > 0;
  }

  see(type: string | null): void {
    this.#seen++;
    if (type === null) return;
    if (this.#until !== null && isTypeMatch(this.#until, type)) this.#isUntilSeen = true;
    // The narrowest, so that what fits more types is left for another delivery: `a.b` meets `a.b` before `a.*`.
    const [met] = this.#expected.filter((pattern) => isTypeMatch(pattern, type)).sort(byNarrowness);
    if (met !== undefined) this.#expected = this.#expected.toSpliced(this.#expected.indexOf(met), 1);
  }

  get isMet(): boolean {
    return this.isSet && this.missing.length === 0;
  }

  /** The unmet conditions, in words. */
  get missing(): readonly string[] {
    const missing: string[] = [];
    if (this.#count !== null && this.#seen < this.#count) {
      missing.push(`${this.#count - this.#seen} of ${this.#count} deliveries`);
    }
    if (this.#until !== null && !this.#isUntilSeen) missing.push(this.#until);
    return [...missing, ...this.#expected];
  }
}

function byNarrowness(a: string, b: string): number {
  return Number(a.endsWith('*')) - Number(b.endsWith('*')) || b.length - a.length;
}
