import { ignore, type Note } from '../saved/change.ts';
import type { SavedFault } from '../saved/snapshot.ts';
import type { FaultTarget } from './effects.ts';
import { type Fault, parseFault } from './fault.ts';

/** What is injected into one request: the delays of all faults added up, and the first effect of another kind. */
export interface Strike {
  readonly delayMs: number;
  /** The messages of errors are scrambled, whatever else is injected. */
  readonly hasScrambledMessages: boolean;
  readonly effect: Fault['effect'] | null;
  readonly bytes: number | null;
  /** How long an access token lives that is issued; null for as long as usual. */
  readonly lifetimeMs: number | null;
}

/** The active faults of one sandbox, counted down. */
export class FaultPlan {
  readonly #initial: readonly Fault[];
  readonly #note: Note;
  #faults: readonly Fault[];
  #seen: number[];

  /** @param note  called for every fault that begins, is counted or ends */
  constructor(faults: readonly Fault[], note: Note = ignore) {
    this.#initial = faults;
    this.#note = note;
    this.#faults = faults;
    this.#seen = faults.map(() => 0);
  }

  /** Injects more faults; they count from now on. */
  add(faults: readonly Fault[]): void {
    this.#faults = [...this.#faults, ...faults];
    this.#seen.push(...faults.map(() => 0));
    this.#noteAll();
  }

  /** Removes the faults written like this; the others keep their counts. */
  remove(texts: readonly string[]): void {
    const kept = this.#faults.map(({ text }) => !texts.includes(text));
    this.#faults = this.#faults.filter((_, index) => kept[index]);
    this.#seen = this.#seen.filter((_, index) => kept[index]);
    this.#noteAll();
  }

  /** Removes every fault. */
  clear(): void {
    this.#faults = [];
    this.#seen = [];
    this.#noteAll();
  }

  save(): SavedFault[] {
    return this.#faults.map(({ text }, index) => ({ text, seen: this.#seen[index] ?? 0 }));
  }

  /**
   * Takes saved faults, with their counts, before those of the start. One that the start names again counts from zero.
   *
   * @throws ReventoError `usage` for a fault that this version does not know
   */
  load(saved: readonly SavedFault[]): void {
    const others = saved.filter(({ text }) => !this.#initial.some((fault) => fault.text === text));
    this.#faults = [...others.map(({ text }) => parseFault(text)), ...this.#initial];
    this.#seen = [...others.map(({ seen }) => seen), ...this.#initial.map(() => 0)];
  }

  /** The active faults, with the requests each was applied to and how many remain; null means all. */
  list(): readonly { readonly fault: string; readonly hits: number; readonly remaining: number | null }[] {
    return this.#faults.map(({ text, after, count }, index) => {
      const hits = Math.min(Math.max(0, (this.#seen[index] ?? 0) - after), count);
      return { fault: text, hits, remaining: Number.isFinite(count) ? count - hits : null };
    });
  }

  /** What to inject into the next request of these targets; counts that request. */
  next(...targets: readonly FaultTarget[]): Strike {
    let delayMs = 0;
    let hasScrambledMessages = false;
    let found: Fault | null = null;
    for (const [index, fault] of this.#faults.entries()) {
      if (!targets.includes(fault.target)) continue;
      const seen = this.#seen[index] ?? 0;
      this.#seen[index] = seen + 1;
      if (seen < fault.after || seen >= fault.after + fault.count) continue;
      if (fault.effect === 'slow') delayMs += fault.delayMs;
      else if (fault.effect === 'messages') hasScrambledMessages = true;
      else found ??= fault;
    }
    if (this.#faults.some(({ target }) => targets.includes(target))) this.#noteAll();
    const lifetimeMs = found?.effect === 'short' ? found.delayMs : null;
    return { delayMs, hasScrambledMessages, effect: found?.effect ?? null, bytes: found?.bytes ?? null, lifetimeMs };
  }

  /** Restores the faults given at the start, counted from zero again. */
  reset(): void {
    this.#faults = this.#initial;
    this.#seen = this.#faults.map(() => 0);
  }

  #noteAll(): void {
    this.#note({ type: 'faults', faults: this.save() });
  }
}
