import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../../../src/cli/run.ts';
import { Interrupts } from '../../../src/platform/process/interrupts.ts';

/** A run of the whole program in this process. */
interface InProcess {
  /** What it has written so far, stdout and stderr alike. */
  output(): string;
  readonly status: Promise<number>;
}

/** Runs the whole program, command line in and text out, without the cost of a process. */
export class Program {
  readonly #home = mkdtempSync(join(tmpdir(), 'revento-in-process-'));
  readonly #interrupts = new Interrupts(() => undefined);
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): InProcess {
    const written: Buffer[] = [];
    const stream = () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          written.push(Buffer.from(chunk));
          done();
        },
      }) as NodeJS.WriteStream;
    const status = run({
      argv: args,
      program: [],
      env: { ...this.#env, HOME: this.#home, ...env },
      platform: process.platform,
      home: this.#home,
      cwd: () => this.#home,
      stdin: Readable.from([]) as NodeJS.ReadStream,
      stdout: stream(),
      stderr: stream(),
      interrupts: this.#interrupts,
    });
    return { output: () => Buffer.concat(written).toString('utf8'), status };
  }

  close(): void {
    this.#interrupts.release();
    rmSync(this.#home, { recursive: true, force: true });
  }
}
