import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { ReventoError } from '../errors/revento-error.ts';
import { sanitize } from '../text/sanitize.ts';
import type { JqVariables } from './jq-variables.ts';

/** A batch of an expression's results for one document, and the failure that ended them. */
interface JqResults {
  /** JSON, one for each result; those before a failure included. */
  readonly texts: readonly string[];
  /** The error of jq when the expression failed on the document. */
  readonly failure: string | null;
}

interface Jq {
  /** The results, in batches: an expression may have endlessly many. */
  run(document: string): AsyncGenerator<JqResults, void, void>;
}

interface JqOptions {
  readonly expression: string;
  readonly variables: JqVariables;
  readonly notice: (text: string) => void;
  /**
   * Runs the engine, which blocks the event loop, so that Ctrl-C can interrupt it. @throws ReventoError `interrupted`
   */
  readonly breakable: <T>(work: () => T) => T;
}

/** Exit status of jq for an expression it cannot compile. */
const compileError = 3;

/** Results of the first run, and the factor for each further one, which has to skip the earlier results. */
const firstResults = 20_000;
const growth = 4;
const mostResults = 1_280_000;

/**
 * A jq filter. Numbers the expression does not compute with keep their precision.
 *
 * @throws ReventoError `usage` with jq's own words when the expression does not compile
 */
export async function createJq({ expression, variables, notice, breakable }: JqOptions): Promise<Jq> {
  // Optimizing the module in the background outlives our use of it and delays the exit (Node 20: by 100 ms).
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  // The build with the module inside, so that a bundle of this program needs no file beside it.
  const { loadJq } = await import('jq-wasm/inline');
  const engine = await loadJq();

  const run = (input: string, filter: string, flags: readonly string[] = []) => {
    try {
      // A filter such as `-n` would be taken for an option.
      return breakable(() => engine.raw(input, filter.startsWith('-') ? ` ${filter}` : filter, ['-c', ...flags]));
    } catch (cause) {
      if (cause instanceof ReventoError) throw cause;
      throw new ReventoError('failed', 'jq crashed; the document or the result may be too large.', {}, { cause });
    }
  };

  // Compiled but never run: nothing reaches the right side of `empty |`.
  if (run('null', variables.bind(`empty | (${expression}\n)`)).exitCode === compileError) {
    // Run again without the wrapping, so that jq's message quotes what the user typed.
    const plain = run(
      'null',
      expression,
      variables.names.flatMap((name) => ['--arg', name, '']),
    );
    if (plain.exitCode === compileError) throw new ReventoError('usage', `--jq: ${messageOf(plain.stderr)}`);
  }

  return {
    async *run(document) {
      const input = variables.inputWith(document);
      let [done, count] = [0, firstResults];
      for (;;) {
        // A pending Ctrl-C must be handled now, because later the loop is blocked. The first turn ends the current one,
        // which has already checked for signals; the second checks again.
        await nextTurn();
        await nextTurn();
        const more = randomUUID();
        const { stdout, stderr, exitCode } = run(input, variables.bind(someResults(expression, done, count, more)));
        const texts = stdout === '' ? [] : stdout.split('\n');
        const isMore = texts.at(-1) === `"${more}"`;
        if (isMore) texts.pop();
        yield { texts, failure: exitCode === 0 ? null : messageOf(stderr) };
        // The output of `debug` and `stderr` in an expression; later runs repeat it.
        if (exitCode === 0 && stderr !== '' && done === 0) notice(sanitize(stderr.trimEnd()));
        if (!isMore) return;
        done += count;
        count = Math.min(count * growth, mostResults);
      }
    },
  };
}

/** The expression without its first `done` results and no more than `count`; where there are more, `more` follows. */
function someResults(expression: string, done: number, count: number, more: string): string {
  const choose = `if . <= ${done} then empty elif . <= ${done + count} then $_x else "${more}", break $_stop end`;
  return `label $_stop | foreach (${expression}\n) as $_x (0; . + 1; ${choose})`;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** jq's message without its program name, its summary line and the name of its input. */
function messageOf(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) => line.replace(/^jq: (parse )?error:? ?(\(at [^)]*\): )?/, '').trimEnd())
    .filter((line) => line !== '' && !/^jq: \d+ compile errors?$/.test(line))
    .map(sanitize)
    .join('\n');
}
