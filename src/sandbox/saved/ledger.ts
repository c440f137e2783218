import { type Change, lastCounts, type Note } from './change.ts';
import type { Snapshot } from './snapshot.ts';

/** Where a sandbox is kept, and whether it is. */
export interface KeptState {
  readonly path: string;
  /** When what is kept began, milliseconds since the Unix epoch, real time. */
  readonly since: number;
  /** Why the latest changes are in memory only; null when they are written. */
  readonly problem: string | null;
}

/** Writes down what a sandbox is, so that it can go on after its process has ended. */
export interface Keep {
  /**
   * Adds changes to what is kept. They outlive this process when it returns, and a power cut as well where they hold a
   * token. Never throws: what cannot be written is reported, and shows in `state`.
   *
   * @param whole  everything, for when the changes alone are not enough
   */
  add(changes: readonly Change[], whole: () => Snapshot): void;
  /** Writes everything in place of what is kept. Never throws, as `add`. */
  replace(whole: Snapshot): void;
  state(): KeptState;
}

/** Collects what changes in a sandbox, and has it written before anybody learns of it. */
export class Ledger {
  readonly #keep: Keep | null;
  readonly #save: () => Snapshot;
  #isRecording = false;
  #isWriting = false;
  #isWhole = false;
  #isScheduled = false;
  #changes: Change[] = [];
  readonly #last = new Map<string, Change>();

  /** @param keep  null for a sandbox that lives in memory only */
  constructor(keep: Keep | null, save: () => Snapshot) {
    this.#keep = keep;
    this.#save = save;
  }

  readonly note: Note = (change) => {
    if (!this.#isRecording) return;
    if (lastCounts.has(change.type)) this.#last.set(change.type, change);
    else this.#changes.push(change);
    this.#schedule();
  };

  /** From now on changes count: what the sandbox was made or loaded from is there. */
  record(): void {
    this.#isRecording = this.#keep !== null;
  }

  /** From now on changes are written. @param isNew  nothing of this sandbox is kept yet */
  begin(isNew: boolean): void {
    this.#isWriting = true;
    if (isNew) this.replace();
    this.#schedule();
  }

  /** Has everything written with the next change, in place of what is kept. */
  replace(): void {
    if (!this.#isRecording) return;
    this.#isWhole = true;
    this.#schedule();
  }

  /** Writes what has changed. */
  flush(): void {
    const keep = this.#keep;
    if (keep === null || !this.#isWriting || !this.#hasChanged) return;
    const changes = [...this.#changes, ...this.#last.values()];
    const isWhole = this.#isWhole;
    this.#changes = [];
    this.#last.clear();
    this.#isWhole = false;
    if (isWhole) keep.replace(this.#save());
    else keep.add(changes, this.#save);
  }

  /** Writes a last time, also what could not be written before, and no more. */
  stop(): void {
    this.flush();
    if (this.#isWriting && this.#keep?.state().problem) this.#keep.replace(this.#save());
    this.#isWriting = false;
  }

  get #hasChanged(): boolean {
    return this.#isWhole || this.#changes.length > 0 || this.#last.size > 0;
  }

  /** What no answer waits for, such as an attempt of a delivery, is written once the event loop turns. */
  #schedule(): void {
    if (this.#isScheduled || !this.#isWriting) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }
}
