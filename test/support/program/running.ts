import type { ChildProcess } from 'node:child_process';

/** Unless it asks for more, no test waits longer for the end of a process; what is still there then is killed. */
const processLimitMs = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program of ours. */
export class Running {
  readonly #ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #limitMs: number;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess, input: string | Uint8Array | null, limitMs = processLimitMs) {
    this.#child = child;
    this.#limitMs = limitMs;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk;
      for (const watch of this.#watchers) watch();
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
      for (const watch of this.#watchers) watch();
    });
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        for (const watch of this.#watchers) watch();
      });
    });
    // A test that fails for another reason must not leave this rejection behind.
    this.#ended.catch(() => undefined);
    child.stdin?.on('error', () => undefined);
    if (input !== null) child.stdin?.end(input);
  }

  /**
   * How it ended. The limit counts from the first look: a server may run for as long as its tests do, which a slow
   * machine takes its time for.
   */
  get ended(): Promise<Ended> {
    return Promise.race([this.#ended, this.#late()]);
  }

  /** Rejects once the limit is over and the process is gone. */
  #late(): Promise<never> {
    return new Promise((_, reject) => {
      const child = this.#child;
      if (this.isEnded) return;
      const timer = setTimeout(() => {
        // Not before it has exited: the caller may remove the files that it writes to.
        const late = new Error(`still running after ${this.#limitMs} ms; stderr: ${this.stderr}`);
        child.once('exit', () => reject(late));
        child.kill('SIGKILL');
      }, this.#limitMs);
      child.once('close', () => clearTimeout(timer));
      child.once('error', () => clearTimeout(timer));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The match of a pattern in what was written so far and will be; fails when the program ends without it. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const watch = () => {
        const found = pattern.exec(this[stream]);
        if (found === null && !this.isEnded) return;
        this.#watchers.delete(watch);
        if (found === null)
          reject(new Error(`ended without ${pattern}; stdout: ${this.stdout}; stderr: ${this.stderr}`));
        else resolve(found);
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
