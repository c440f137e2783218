import { ReventoError } from '../errors/revento-error.ts';
import { isHttpFailure } from '../http/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { Launch, Launched } from '../ports/launched.ts';
import { plainLine } from '../text/plain-line.ts';

const lookMs = 50;
const answerMs = 2_000;
/** How long an integration may take to stop before it is killed. */
const doubtMs = 5_000;
const keptLines = 15;
/** What a proxy answers when there is nothing behind it. */
const frontFailures: readonly number[] = [502, 503, 504];

/** How an integration is started. */
interface IntegrationParts {
  readonly launch: Launch;
  readonly http: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly command: readonly string[];
  /** The command that restarts it after it was killed. */
  readonly restartCommand: readonly string[] | null;
  /** The environment at this moment: signing secrets change. */
  env(): Readonly<Record<string, string>>;
  /** Its URLs; each must answer before it counts as ready. */
  readonly origins: readonly URL[];
  readonly readyMs: number;
  /** Receives a line as it was printed, with its secrets. */
  readonly onPrinted?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Receives a line that it printed, without secrets. */
  readonly onLine: (line: string) => void;
  /** Removes secrets from a text. */
  clean(text: string): string;
}

/** The integration under test: its processes and its URLs. */
export class Integration {
  readonly #parts: IntegrationParts;
  readonly #commands = new Set<Launched>();
  #running: Launched | null = null;
  #last: string[] = [];
  /** Whether a URL answers like a proxy without anything behind it although it is ready. */
  #isFailingAtRoot = false;

  constructor(parts: IntegrationParts) {
    this.#parts = parts;
  }

  /**
   * Starts it and waits until it answers.
   *
   * @throws ReventoError `port_busy` when something answers there already, `failed` when it ends or never answers
   */
  async start(): Promise<void> {
    const busy = await this.#firstAnswering();
    if (busy !== null) {
      throw new ReventoError('port_busy', `Something already answers at ${busy.origin}, before COMMAND was started.`, {
        hint: 'stop it, or give COMMAND and the flags another port',
      });
    }
    await this.#launch(this.#parts.command);
  }

  /**
   * Restarts it. Gives the reason why that failed, or null.
   *
   * @param isLost  it ended by itself, so the command of the first start is used
   */
  async restart(isLost = false): Promise<string | null> {
    const { command, restartCommand, signal } = this.#parts;
    await this.end(0);
    return this.#launch(isLost ? command : (restartCommand ?? command)).then(
      () => null,
      (error: unknown) => {
        signal.throwIfAborted();
        if (error instanceof ReventoError) return error.message;
        throw error;
      },
    );
  }

  /**
   * The exit status if it ended by itself; null while it runs, or when we ended it.
   *
   * @param isDoubtful  it did not answer, so it may be about to end
   */
  async lost(isDoubtful: boolean): Promise<number | null> {
    const { clock, signal } = this.#parts;
    const running = this.#running;
    if (running === null) return null;
    const limit = clock.monotonic() + doubtMs;
    while (isDoubtful && running.isRunning && (await this.#firstSilent()) !== null && clock.monotonic() < limit) {
      await clock.sleep(lookMs, signal);
    }
    return running.isRunning ? null : running.ended;
  }

  /** Ends it and all that it started, and the commands that run beside it: they may be what reads the API. */
  async end(graceMs?: number): Promise<void> {
    await Promise.all([this.#running, ...this.#commands].map((one) => one?.end(graceMs)));
    this.#running = null;
  }

  /**
   * Runs another command of the user beside it. Gives the exit status, or null after a timeout.
   *
   * @param late  resolves once it has taken too long
   */
  async runCommand(
    command: readonly string[],
    late: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<number | null> {
    const { launch, signal } = this.#parts;
    const launched = await launch(command, {
      env: this.#parts.env(),
      onLine: (line, stream) => this.#heard(line, stream),
    });
    this.#commands.add(launched);
    const over = new AbortController();
    const stop = () => over.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([launched.ended, late(over.signal).then(() => null)]);
    } finally {
      signal.removeEventListener('abort', stop);
      over.abort();
      await launched.end(0);
      this.#commands.delete(launched);
      signal.throwIfAborted();
    }
  }

  async #launch(command: readonly string[]): Promise<void> {
    const { launch, signal } = this.#parts;
    signal.throwIfAborted();
    this.#last = [];
    const running = await launch(command, {
      env: this.#parts.env(),
      onLine: (line, stream) => this.#heard(line, stream),
    });
    this.#running = running;
    try {
      await this.#untilReady(running, command);
    } catch (error) {
      await this.end(0);
      throw error;
    }
  }

  async #untilReady(running: Launched, command: readonly string[]): Promise<void> {
    const { clock, signal, readyMs } = this.#parts;
    const limit = clock.monotonic() + readyMs;
    for (;;) {
      if (!running.isRunning)
        throw this.#failure(`${shown(command)} ended with status ${await running.ended} before it was ready`);
      const unready = await this.#firstUnready();
      if (unready === null) return;
      if (clock.monotonic() > limit) {
        const silent = await this.#firstSilent();
        if (silent !== null)
          throw this.#failure(`${shown(command)} did not answer at ${silent.origin} within ${readyMs / 1000} s`);
        // What fails all the time does so for this request only.
        this.#isFailingAtRoot = true;
        return;
      }
      await clock.sleep(lookMs, signal);
    }
  }

  #heard(line: string, stream: 'stdout' | 'stderr'): void {
    this.#parts.onPrinted?.(line, stream);
    const clean = this.#parts.clean(line);
    this.#last = [...this.#last, clean].slice(-keptLines);
    this.#parts.onLine(clean);
  }

  #failure(what: string): ReventoError {
    const said = this.#last.length === 0 ? 'It printed nothing.' : `Its last output:\n${this.#last.join('\n')}`;
    return new ReventoError('failed', `${what}. ${said}`, {
      hint: 'check that COMMAND listens at the URLs given, and reads its settings from the environment',
    });
  }

  #firstAnswering(): Promise<URL | null> {
    return this.#firstWith((status) => status !== null);
  }

  #firstSilent(): Promise<URL | null> {
    return this.#firstWith((status) => status === null);
  }

  /** The first URL where nothing answers, or only a proxy in front of what has not started yet. */
  #firstUnready(): Promise<URL | null> {
    const isFront = (status: number) => frontFailures.includes(status) && !this.#isFailingAtRoot;
    return this.#firstWith((status) => status === null || isFront(status));
  }

  async #firstWith(isMeant: (status: number | null) => boolean): Promise<URL | null> {
    for (const url of this.#parts.origins) if (isMeant(await this.#statusAt(url))) return url;
    return null;
  }

  /** The status at the root of an origin, null without an answer. Any of them shows that something listens, even 404. */
  async #statusAt(url: URL): Promise<number | null> {
    const { http, signal } = this.#parts;
    try {
      const at = new URL('/', url).href;
      const request = { method: 'HEAD', url: at, headers: [], body: new Uint8Array(), timeoutMs: answerMs, signal };
      return (await http(request)).status;
    } catch (error) {
      if (isHttpFailure(error)) return null;
      throw error;
    }
  }
}

/** The program of a command, without its arguments, which may contain a secret. */
function shown([program = '']: readonly string[]): string {
  return plainLine(program, 80);
}
