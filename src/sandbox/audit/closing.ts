import type { Evidence } from './evidence.ts';
import { type Finding, join, judgments } from './judge.ts';

/** Judges evidence that is about to be dropped, one rule at a time, so that requests are answered in between. */
export class Closing {
  #earlier: readonly Finding[] = [];
  #open: { readonly finish: () => void; readonly finished: Promise<void> } | null = null;

  /** Starts judging the evidence since the last call. */
  begin(evidence: Evidence): void {
    this.findings();
    const left = judgments(evidence);
    const judged: Finding[] = [];
    let settle: () => void = () => undefined;
    const step = (): boolean => {
      const { done, value } = left.next();
      if (!done) judged.push(value);
      return !done;
    };
    const finish = () => {
      while (step());
      this.#earlier = join(this.#earlier, judged);
      this.#open = null;
      settle();
    };
    const finished = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const goOn = () => {
      if (this.#open?.finish !== finish) return;
      if (step()) setImmediate(goOn).unref();
      else finish();
    };
    this.#open = { finish, finished };
    setImmediate(goOn).unref();
  }

  /** Waits until everything that was given to `begin` has been judged. */
  async finished(): Promise<void> {
    while (this.#open !== null) await this.#open.finished;
  }

  /** The findings on everything that was ever given to `begin`. */
  findings(): readonly Finding[] {
    this.#open?.finish();
    return this.#earlier;
  }
}
