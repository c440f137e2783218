import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Progress, Terminal } from '../../ports/terminal.ts';
import { plainStyle, type Style } from '../../text/style.ts';
import type { OutputStream } from './output-stream.ts';

const defaultMaxStdinBytes = 64 * 1024 * 1024;

interface TerminalOptions {
  /** Called when it is first needed: most commands read nothing, and opening it takes time. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stderr: OutputStream;
  /** Whether prompts are allowed: neither `--no-input` nor `CI` is set. */
  readonly mayAsk: boolean;
  readonly style: Style;
  /** Removes secrets and control characters from all output; newlines and the codes of `style` stay. */
  readonly clean: (text: string) => string;
  /** Aborted on Ctrl-C: ends the reading of standard input. */
  readonly signal: AbortSignal;
}

/** The user's side of the program, on the process's stdin and stderr. */
export function createTerminal({ stdin, stderr, mayAsk, style, clean, signal }: TerminalOptions): Terminal {
  const isStderrTty = stderr.isTTY === true;
  let current: Progress | null = null;
  let standing: StandingQuestion | null = null;

  const notice = (text: string) => {
    // A spinner owns the last line, so it is cleared first.
    current?.stop();
    standing?.stepAside();
    stderr.write(`${clean(text)}\n`);
    standing?.comeBack();
  };

  return {
    get isInteractive() {
      return mayAsk && isStderrTty && stdin().isTTY === true;
    },
    get isStdinTty() {
      return stdin().isTTY === true;
    },
    isStderrTty,
    style,
    notice,
    async progress(text) {
      // A terminal that does not know its width says 0; ora divides by it and would clear lines without end.
      if (!isStderrTty || !(stderr.columns > 0)) return silent;
      current?.stop();
      const { default: ora } = await import('ora');
      const spinner = ora({
        stream: stderr as NodeJS.WriteStream,
        text: clean(text),
        discardStdin: false,
        hideCursor: true,
      }).start();
      const progress: Progress = {
        update: (next) => {
          spinner.text = clean(next);
        },
        stop: () => {
          spinner.stop();
          if (current === progress) current = null;
        },
      };
      current = progress;
      return progress;
    },
    ask: (question, options = {}) =>
      ask(stdin(), stderr, clean(question), options, (now) => {
        standing = now;
      }),
    readStdin: (maxBytes = defaultMaxStdinBytes) => readAll(stdin(), maxBytes, signal),
    stdin: () => piecesOf(stdin(), signal),
  };
}

/** A question that waits for its answer on the last line, which a notice may need. */
interface StandingQuestion {
  stepAside(): void;
  comeBack(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

function ask(
  stdin: NodeJS.ReadStream,
  stderr: OutputStream,
  question: string,
  { isHidden = false, signal }: { isHidden?: boolean; signal?: AbortSignal },
  onStanding: (standing: StandingQuestion | null) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    // An earlier question unreferenced stdin.
    stdin.ref?.();
    let isMuted = false;
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!isMuted) stderr.write(chunk);
        done();
      },
    });
    const lines = createInterface({ input: stdin as ReadStream, output, terminal: true });
    /**
     * Whether the cursor is still on the question's line, because no line end was typed or shown; the next output must
     * begin a new line.
     */
    const leaveLine = () => stderr.write('\n');
    let isFinished = false;
    const finish = (deliver: () => void) => {
      isFinished = true;
      onStanding(null);
      signal?.removeEventListener('abort', onAbort);
      // Before the interface closes: its `close` event comes immediately and means "input ended" to pending reads.
      deliver();
      lines.close();
      stdin.pause();
      stdin.unref?.();
    };
    const onAbort = () => {
      leaveLine();
      finish(() => reject(signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // In raw mode the terminal sends Ctrl-C as a character. The process edge listens for the signal; to send it to
    // ourselves would end this process at once on Windows, in the middle of its work.
    lines.once('SIGINT', () => {
      if (!process.emit('SIGINT', 'SIGINT')) process.kill(process.pid, 'SIGINT');
    });
    lines.once('close', () => {
      if (isFinished) return;
      onStanding(null);
      leaveLine();
      reject(new ReventoError('interrupted', 'Input ended.'));
    });
    lines.question(question, (answer) => {
      if (isHidden) leaveLine();
      finish(() => resolve(answer));
    });
    isMuted = isHidden;
    onStanding({
      stepAside: () => {
        const shown = question.length + (isHidden ? 0 : lines.line.length);
        // Text of more than one line stays; the question is repeated below.
        stderr.write(shown < (stderr.columns || 0) ? '\r\u001b[K' : '\n');
      },
      comeBack: () => {
        if (isHidden) stderr.write(question);
        else lines.prompt(true);
      },
    });
  });
}

async function readAll(stdin: NodeJS.ReadStream, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of piecesOf(stdin, signal)) {
    size += bytes.length;
    if (size > maxBytes) throw new ReventoError('usage', `Standard input is longer than ${maxBytes} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function* piecesOf(stdin: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  // The writer may never end, and a stream that is not destroyed would keep this process alive.
  const stop = () => stdin.destroy();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw new ReventoError('interrupted', 'Interrupted while reading standard input.');
}

/** The inputs that decide about color, in order of precedence. */
interface ColorChoice {
  readonly isForbiddenByFlag: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether text for this stream is colored: `--no-color`, then NO_COLOR, then FORCE_COLOR, then the stream itself. */
export function isColored(stream: Pick<OutputStream, 'isTTY'>, { isForbiddenByFlag, env }: ColorChoice): boolean {
  if (isForbiddenByFlag) return false;
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Decoration for a stream. chalk is loaded only when there is color to make. */
export async function createStyle(
  stream: Pick<OutputStream, 'isTTY' | 'columns'>,
  isColor: boolean,
  env: ColorChoice['env'] = {},
): Promise<Style> {
  const width = stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY;
  if (!isColor) return plainStyle(width);
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: hasPalette(env) ? 2 : 1 });
  return {
    isColor,
    width,
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
    // The named yellow and cyan can hardly be read on white; these two can, and on black as well.
    yellow: (text) => (hasPalette(env) ? chalk.ansi256(130)(text) : chalk.yellow(text)),
    blue: (text) => chalk.blue(text),
    cyan: (text) => (hasPalette(env) ? chalk.ansi256(30)(text) : chalk.cyan(text)),
  };
}

function hasPalette(env: ColorChoice['env']): boolean {
  return process.platform === 'win32' || /256|direct|truecolor|24bit/.test(`${env['TERM']} ${env['COLORTERM']}`);
}
