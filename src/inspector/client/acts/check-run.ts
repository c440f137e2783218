import { readEvents } from '../../../pages/client/read-events.ts';
import type { CaseView, CheckEnd } from '../../model/wire.ts';
import type { Api } from '../api.ts';

/** The results so far of the conformance cases for one handler. */
export interface Checked {
  readonly target: number;
  readonly cases: readonly CaseView[];
  /** Null while it runs. */
  readonly end: CheckEnd | null;
  /** Why it stopped early; null otherwise. */
  readonly problem: string | null;
}

/** Checks of handlers, the last one of each target. */
export class CheckRun {
  readonly #api: Pick<Api, 'check'>;
  readonly #changed: () => void;
  readonly #checked = new Map<number, Checked>();
  #quit: AbortController | null = null;

  constructor(api: Pick<Api, 'check'>, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  get isRunning(): boolean {
    return this.#quit !== null;
  }

  of(target: number): Checked | null {
    return this.#checked.get(target) ?? null;
  }

  stop(): void {
    this.#quit?.abort();
  }

  /** Checks the targets one after the other. */
  async run(targets: readonly number[]): Promise<void> {
    if (this.isRunning) return;
    const quit = new AbortController();
    this.#quit = quit;
    try {
      for (const target of targets) if (!quit.signal.aborted) await this.#one(target, quit.signal);
    } finally {
      this.#quit = null;
      this.#changed();
    }
  }

  async #one(target: number, signal: AbortSignal): Promise<void> {
    let checked: Checked = { target, cases: [], end: null, problem: null };
    const put = (change: Partial<Checked>) => {
      checked = { ...checked, ...change };
      this.#checked.set(target, checked);
      this.#changed();
    };
    put({});
    try {
      await readEvents(
        () => this.#api.check(target, signal),
        (events) => {
          for (const { name, data } of events) {
            if (name === 'case') put({ cases: [...checked.cases, JSON.parse(data) as CaseView] });
            if (name === 'end') put({ end: JSON.parse(data) as CheckEnd });
          }
        },
      );
      if (checked.end === null) put({ problem: 'The check was interrupted.' });
    } catch (error) {
      put({ problem: signal.aborted ? 'Stopped.' : error instanceof Error ? error.message : String(error) });
    }
  }
}
