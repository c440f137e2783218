import { whyWaiting } from '../../api/budget-state.ts';
import type { Pause } from '../../api/client.ts';
import type { Outcome } from '../../api/retry.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { Progress } from '../../ports/terminal.ts';
import { formatDuration } from '../../text/time.ts';

/** Nothing is shown of what is over sooner. */
const patienceMs = 400;
const betweenUpdatesMs = 100;
/** A wait that is told of at once, whatever else goes on. */
const worthTellingMs = 1_000;
/** One that a log has to explain: who reads it would take the job for stuck. */
const worthNotingMs = 5_000;

/**
 * The progress line of a long call: rows so far, rows a second, and what it waits for. Only on a terminal, where it
 * leaves the line to the rows while they are printed on the same one; elsewhere a long wait is noted as it begins.
 */
export class CallProgress {
  readonly #deps: Deps;
  readonly #startedMs: number;
  #rows = 0;
  #waiting = '';
  #line: Progress | null = null;
  /** Counts what was shown and taken away; a line that opens too late for its turn is taken away at once. */
  #turn = 0;
  #openingTurn: number | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** When the wait that was noted last is over. */
  #notedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#startedMs = deps.clock.monotonic();
  }

  /** To be told of every wait. */
  readonly onPause = (pause: Pause): void => {
    const left = formatDuration(Math.ceil(pause.ms / 1_000) * 1_000);
    this.#waiting =
      pause.kind === 'retry'
        ? `${whyAgain(pause.outcome)}; trying again in ${left}`
        : `${whyWaiting[pause.reason]}; going on in ${left}`;
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

  /** Takes the line away. Idempotent. */
  stop(): void {
    this.#turn++;
    this.#line?.stop();
    this.#line = null;
  }

  /** Once a wait, though it is told of every second. */
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
  return outcome instanceof Error ? 'no whole answer came' : `HTTP ${outcome.status}`;
}
