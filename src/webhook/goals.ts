/** What `listen` waits for before it ends by itself. */
export interface GoalOptions {
  readonly count: number | null;
  readonly until: string | null;
  /** A type named twice must come twice. */
  readonly expect: readonly string[];
}

/**
 * The conditions of a listen run. Only deliveries that were verified, are no duplicates and were acknowledged with
 * 2xx count: one that the handler failed on comes again, and counts then.
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
    if (type === this.#until) this.#isUntilSeen = true;
    const at = this.#expected.indexOf(type);
    if (at !== -1) this.#expected = this.#expected.toSpliced(at, 1);
  }

  get isMet(): boolean {
    return this.isSet && this.missing.length === 0;
  }

  /** What has not come yet, in words. */
  get missing(): readonly string[] {
    const missing: string[] = [];
    if (this.#count !== null && this.#seen < this.#count) {
      missing.push(`${this.#count - this.#seen} of ${this.#count} deliveries`);
    }
    if (this.#until !== null && !this.#isUntilSeen) missing.push(this.#until);
    return [...missing, ...this.#expected];
  }
}
