import { type Change, lastCounts, type Note } from './change.ts';
import type { Snapshot } from './snapshot.ts';

/** Where a sandbox is kept, and whether it is. */
export interface KeptState {
  readonly path: string;
  /** When the saved history began, milliseconds since the Unix epoch, real time. */
  readonly since: number;
  /** Why the latest changes are in memory only; null when they are written. */
  readonly problem: string | null;
}

/** Persists a sandbox, so that a later process can continue it. */
export interface Keep {
  /**
   * Appends changes to what is kept. When this returns they survive the end of the process, and those that hold a token
   * also a power cut. Never throws: what cannot be written is reported and shown in `state`.
   *
   * @param whole  everything, for when the changes alone are not enough
   */
  add(changes: readonly Change[], whole: () => Snapshot): void;
  /** Writes everything in place of what is kept. Never throws, as `add`. */
  replace(whole: Snapshot): void;
  state(): KeptState;
}

/** Collects what changes in a sandbox and writes it before any answer shows it. */
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

  /** Starts to record changes, once the sandbox has its initial state. */
  record(): void {
    this.#isRecording = this.#keep !== null;
  }

  /** Starts to write changes. @param isNew  nothing of this sandbox is kept yet */
  begin(isNew: boolean): void {
    this.#isWriting = true;
    if (isNew) this.replace();
    this.#schedule();
  }

  /** Replaces what is kept with the whole state at the next change. */
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

  /** Writes a last time, including what could not be written before. */
  stop(): void {
    this.flush();
    if (this.#isWriting && this.#keep?.state().problem) this.#keep.replace(this.#save());
    this.#isWriting = false;
  }

  get #hasChanged(): boolean {
    return this.#isWhole || this.#changes.length > 0 || this.#last.size > 0;
  }

  /** Changes that no response waits for, such as a delivery attempt, are written in the next turn of the event loop. */
  #schedule(): void {
    if (this.#isScheduled || !this.#isWriting) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }
}
