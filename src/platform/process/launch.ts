import { type ChildProcess, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Launch, Launched } from '../../ports/launched.ts';
import { startFailure } from './start-failure.ts';
import { startProgram } from './start-program.ts';
import { systemProgram } from './windows-start.ts';

const graceMs = 3_000;
/** For what is left after SIGKILL: a process that nobody waits for stays listed as a zombie. */
const afterKillMs = 1_000;
/** For the last of what it printed: a process that left the group may hold the pipes open. */
const drainMs = 500;
const lookMs = 20;

/** The implementation of `Launch`: a group of its own, so that Ctrl-C on the terminal reaches this process first. */
export const launch: Launch = (command, { env, onLine, directory }) => {
  return new Promise((resolve, reject) => {
    const child = startProgram(command, env, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const { stdout, stderr } = child;
    if (stdout !== null) readLines(stdout, (line) => onLine(line, 'stdout'));
    if (stderr !== null) readLines(stderr, (line) => onLine(line, 'stderr'));
    child.once('error', (error) => reject(startFailure(command[0] ?? '', error)));
    child.once('spawn', () => resolve(new Group(child)));
  });
};

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

class Group implements Launched {
  readonly ended: Promise<number>;
  readonly drained: Promise<void>;
  readonly #child: ChildProcess;
  readonly #onExit = () => this.#signal('SIGKILL');

  constructor(child: ChildProcess) {
    this.#child = child;
    process.once('exit', this.#onExit);
    this.drained = new Promise((resolve) => {
      child.once('close', () => resolve());
    });
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])));
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(patienceMs = graceMs): Promise<void> {
    if (patienceMs > 0 && this.#signal('SIGTERM')) await this.#isGone(patienceMs);
    if (this.#signal('SIGKILL')) await this.#isGone(afterKillMs);
    process.off('exit', this.#onExit);
    await this.#isDrained(drainMs);
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.destroy();
  }

  async #isDrained(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.drained, late]);
    clearTimeout(timer);
  }

  async #isGone(patienceMs: number): Promise<void> {
    const limit = performance.now() + patienceMs;
    while (this.#signal(0) && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, lookMs));
  }

  /** Whether anything of the group was there to get it. */
  #signal(name: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    if (process.platform === 'win32') {
      if (!this.isRunning || name === 0) return this.isRunning;
      const program = systemProgram('taskkill.exe', process.env);
      return spawnSync(program, ['/pid', `${pid}`, '/T', '/F'], { stdio: 'ignore', windowsHide: true }).status === 0;
    }
    try {
      process.kill(-pid, name);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      if ((error as NodeJS.ErrnoException).code === 'EPERM') return this.isRunning;
      throw error;
    }
  }
}
