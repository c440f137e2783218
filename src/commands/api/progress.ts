import { whyWaiting } from '../../api/budget-state.ts';
import type { Pause } from '../../api/client.ts';
import type { Outcome } from '../../api/retry.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { failureWords, isHttpFailure } from '../../http/failure.ts';
import type { Progress } from '../../ports/terminal.ts';
import { formatDuration } from '../../text/time.ts';

/** Shorter calls show nothing. */
const patienceMs = 400;
const betweenUpdatesMs = 100;
/** A wait that is shown at once, whatever else goes on. */
const worthTellingMs = 1_000;
/** A wait that is noted in a log: without a line, the job looks stuck. */
const worthNotingMs = 5_000;

/** What the progress line uses. */
type ProgressDeps = Pick<Deps, 'terminal' | 'clock' | 'isStdoutTty'>;

/**
 * The progress line of a long call: rows so far, rows a second, and what it waits for. Only on a terminal, where it
 * leaves the line to the rows while they are printed on the same one; elsewhere a long wait is noted as it begins.
 */
export class CallProgress {
  readonly #deps: ProgressDeps;
  readonly #startedMs: number;
  #rows = 0;
  #waiting = '';
  #line: Progress | null = null;
  /** Counts the lines that were shown and removed; a line that opens too late for its turn is removed at once. */
  #turn = 0;
  #openingTurn: number | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** When the last wait that was noted ends. */
  #notedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(deps: ProgressDeps) {
    this.#deps = deps;
    this.#startedMs = deps.clock.monotonic();
  }

  /** To be called for every wait. */
  readonly onPause = (pause: Pause): void => {
    const left = formatDuration(Math.ceil(pause.ms / 1_000) * 1_000);
    this.#waiting =
      pause.kind === 'retry'
        ? `${whyAgain(pause.outcome)}; retrying in ${left}`
        : `${whyWaiting[pause.reason]}; resuming in ${left}`;
    if (this.#deps.terminal.isStderrTty) this.#show(pause.ms >= worthTellingMs);
    else if (pause.ms >= worthNotingMs) this.#note(pause.ms);
  };

  /** Rows arrived. */
  add(rows: number): void {
    this.#rows += rows;
    this.#waiting = '';
    if (this.#deps.isStdoutTty) this.stop();
    else this.#show(false);
  }

  /** Removes the line. Idempotent. */
  stop(): void {
    this.#turn++;
    this.#line?.stop();
    this.#line = null;
  }

  /** Once for each wait, although it is reported every second. */
  #note(leftMs: number): void {
    const { terminal, clock } = this.#deps;
    const now = clock.monotonic();
    if (now >= this.#notedUntilMs) terminal.notice(`note: ${this.#waiting}`);
    this.#notedUntilMs = now + leftMs;
  }

  #show(isUrgent: boolean): void {
    const { terminal, clock } = this.#deps;
    if (!terminal.isStderrTty) return;
    const now = clock.monotonic();
    const isEarly = now - this.#startedMs < patienceMs || now - this.#lastMs < betweenUpdatesMs;
    if (isEarly && !isUrgent) return;
    this.#lastMs = now;
    const text = this.#text(now);
    if (this.#line !== null) this.#line.update(text);
    else if (this.#openingTurn !== this.#turn) void this.#open(text);
  }

  async #open(text: string): Promise<void> {
    const turn = this.#turn;
    this.#openingTurn = turn;
    const line = await this.#deps.terminal.progress(text);
    if (turn === this.#turn) this.#line = line;
    else line.stop();
  }

  #text(now: number): string {
    const seconds = (now - this.#startedMs) / 1_000;
    const rate = seconds >= 1 && this.#rows > 0 ? `, ${Math.round(this.#rows / seconds)} a second` : '';
    const rows = this.#rows === 0 ? '' : `${this.#rows} rows${rate}`;
    return [rows, this.#waiting].filter((part) => part !== '').join('; ') || 'waiting for the API';
  }
}

function whyAgain(outcome: Outcome): string {
  return isHttpFailure(outcome) ? failureWords[outcome.kind] : `HTTP ${outcome.status}`;
}
