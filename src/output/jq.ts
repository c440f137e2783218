import { setFlagsFromString } from 'node:v8';
import { ReventoError } from '../errors/revento-error.ts';
import { sanitise } from '../text/sanitise.ts';
import type { Transform } from './json-rows.ts';

/** What an expression gave for one document. */
export interface JqResult {
  /** Results, a line each; those before a failure included. */
  readonly text: string;
  /** What jq said when the expression did not fit the document. */
  readonly failure: string | null;
}

export interface Jq {
  run(document: string): Promise<JqResult>;
}

export interface JqOptions {
  readonly expression: string;
  /** Strings are printed as they are instead of as JSON. */
  readonly isRaw: boolean;
  /** Applied to what is printed. */
  readonly finish: Transform;
  readonly notice: (text: string) => void;
  /** Runs the engine, which knows no pause, in a way that Ctrl-C can break off. @throws ReventoError `interrupted` */
  readonly breakable: <T>(work: () => T) => T;
}

/** Exit status of jq for an expression it cannot compile. */
const compileError = 3;

/**
 * A jq filter: one result a line. Numbers the expression does not compute with keep their precision.
 *
 * @throws ReventoError `usage` with jq's own words when the expression does not compile
 */
export async function createJq({ expression, isRaw, finish, notice, breakable }: JqOptions): Promise<Jq> {
  // Optimising the module in the background outlives our use of it and holds back the exit (Node 20: by 100 ms).
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  // The build with the module inside, so that a bundle of this program needs no file beside it.
  const { loadJq } = await import('jq-wasm/inline');
  const engine = await loadJq();
  const flags = isRaw ? ['-c', '-r'] : ['-c'];

  const run = (input: string, filter: string, options: string[]) => {
    try {
      // A filter such as `-n` would be taken for an option.
      return breakable(() => engine.raw(input, filter.startsWith('-') ? ` ${filter}` : filter, options));
    } catch (cause) {
      if (cause instanceof ReventoError) throw cause;
      throw new ReventoError('failed', 'jq broke off: is the result too large for it?', {}, { cause });
    }
  };

  // Compiled but never run: nothing reaches the right side of `empty |`.
  if (run('null', `empty | (${expression}\n)`, flags).exitCode === compileError) {
    // Asked again without the wrapping, so that jq's message quotes what the user typed.
    const plain = run('null', expression, flags);
    if (plain.exitCode === compileError) throw new ReventoError('usage', `--jq: ${messageOf(plain.stderr)}`);
  }

  return {
    async run(document) {
      // A Ctrl-C that is waiting to be heard is heard now: there will be no other chance. The first turn is what is left
      // of the one we are in, in which signals were looked for before; the second looks for them again.
      await nextTurn();
      await nextTurn();
      const { stdout, stderr, exitCode } = run(document, expression, flags);
      const text = stdout === '' ? '' : finish(`${stdout}\n`);
      if (exitCode !== 0) return { text, failure: messageOf(stderr) };
      // `debug` and `stderr` in an expression.
      if (stderr !== '') notice(sanitise(stderr.trimEnd()));
      return { text, failure: null };
    },
  };
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
    .map(sanitise)
    .join('\n');
}
