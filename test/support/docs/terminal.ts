import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { until } from '../until.ts';
import type { Machine } from './machine.ts';

/** What a person types when a program asks: the first answer whose pattern the question matches. */
export type Answers = readonly (readonly [question: RegExp, answer: string])[];

const ctrlC = '\x03';
/** A whole certify takes most of a minute on a busy machine. The tests of blocks may take two. */
const longestMs = 110_000;

/**
 * A terminal with a shell, in the machine's project directory. What one block exports, the next one of the same
 * terminal has. Every line has to succeed: a block stops at the first that does not.
 */
export class Terminal {
  readonly number: number;
  readonly #machine: Machine;
  readonly #state: string;
  #child: ChildProcess | null = null;
  #output = '';
  /** Since the last answer was typed: an answer is for one question. */
  #unanswered = '';

  constructor(machine: Machine, number: number) {
    this.#machine = machine;
    this.number = number;
    this.#state = join(machine.home, `terminal-${number}`);
  }

  /** All that was written here, without colors. */
  get output(): string {
    return stripVTControlCharacters(this.#output).replaceAll('\r', '');
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null;
  }

  /** The exit status of the last block, null while it runs. */
  get status(): number | null {
    return this.#child?.exitCode ?? null;
  }

  /** Starts a block as it stands. */
  start(text: string, answers: Answers = []): void {
    if (this.isRunning) throw new Error(`Terminal ${this.number} is still running a program`);
    const script = `${this.#state}.sh`;
    const before = existsSync(this.#state) ? `. '${this.#state}'\n` : '';
    const keep = `trap 'export -p > "${this.#state}"' EXIT`;
    writeFileSync(script, `stty cols 100 rows 40 -echo\n${before}${keep}\nset -eo pipefail\n${text}\n`);
    const [program = '', ...words] = [...this.#machine.enter, 'script', '-qefc', `bash '${script}'`, '/dev/null'];
    const child = spawn(program, words, {
      cwd: this.#machine.project,
      env: this.#machine.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.#output += chunk;
      this.#unanswered += chunk;
      const asked = stripVTControlCharacters(this.#unanswered);
      const answer = answers.find(([question]) => question.test(asked))?.[1];
      if (answer === undefined) return;
      this.#unanswered = '';
      child.stdin.write(`${answer}\r`);
    });
    this.#child = child;
  }

  async ended(): Promise<number> {
    await until(
      () => !this.isRunning,
      () => `the block in Terminal ${this.number} ends; it shows: ${this.output}`,
      longestMs,
    );
    return this.status ?? 1;
  }

  /** What a reader does at the end: Ctrl-C, where something still runs. */
  async interrupt(): Promise<number> {
    if (this.isRunning) this.#child?.stdin?.write(ctrlC);
    return this.ended();
  }
}
