import type { Evidence } from './evidence.ts';
import { type Finding, join, judgments } from './judge.ts';

/** Judges evidence that is about to be forgotten a rule at a time, so that requests are answered in between. */
export class Closing {
  #earlier: readonly Finding[] = [];
  #finishOpen: (() => void) | null = null;

  /** Begins with what was seen since the last time. */
  begin(evidence: Evidence): void {
    this.findings();
    const left = judgments(evidence);
    const judged: Finding[] = [];
    const step = (): boolean => {
      const { done, value } = left.next();
      if (!done) judged.push(value);
      return !done;
    };
    const finish = () => {
      while (step());
      this.#earlier = join(this.#earlier, judged);
      this.#finishOpen = null;
    };
    const goOn = () => {
      if (this.#finishOpen !== finish) return;
      if (step()) setImmediate(goOn).unref();
      else finish();
    };
    this.#finishOpen = finish;
    setImmediate(goOn).unref();
  }

  /** The findings on everything that was ever given to `begin`. */
  findings(): readonly Finding[] {
    this.#finishOpen?.();
    return this.#earlier;
  }
}
