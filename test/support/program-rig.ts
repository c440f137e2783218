import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { revento } from './build.ts';
import { freePort } from './free-port.ts';

/** No test waits longer for a process; what is still there then is killed and the test fails. */
const processLimitMs = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `sandbox start -o ndjson` prints first. */
export interface SandboxReady {
  readonly auth_base: string;
  readonly api_base: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly event_id: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; left out, it is empty; null leaves it open. */
  readonly input?: string | null;
  /** A descriptor for its standard output; left out, that is collected. */
  readonly stdout?: number;
  /** Modules loaded before the program. */
  readonly preload?: readonly string[];
}

/** A running program of ours. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess, input: string | null) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk;
      for (const watch of this.#watchers) watch();
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
      for (const watch of this.#watchers) watch();
    });
    this.ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`still running after ${processLimitMs} ms; stderr: ${this.stderr}`));
      }, processLimitMs);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        for (const watch of this.#watchers) watch();
      });
    });
    // A test that fails for another reason must not leave this rejection behind.
    this.ended.catch(() => undefined);
    child.stdin?.on('error', () => undefined);
    if (input !== null) child.stdin?.end(input);
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

/** The built program as real processes, in a throw-away home. */
export class ProgramRig {
  readonly home = mkdtempSync(join(tmpdir(), 'revento-home-'));
  readonly #running = new Set<Running>();

  readonly env: Readonly<Record<string, string>> = {
    PATH: process.env['PATH'] ?? '',
    HOME: this.home,
    TMPDIR: this.home,
    XDG_CONFIG_HOME: join(this.home, 'config'),
    XDG_DATA_HOME: join(this.home, 'share'),
    XDG_STATE_HOME: join(this.home, 'state'),
  };

  start(args: readonly string[], { env = {}, input = '', stdout, preload = [] }: StartOptions = {}): Running {
    const required = preload.flatMap((path) => ['--require', path]);
    const child = spawn(process.execPath, [...required, revento, ...args], {
      env: { ...this.env, ...env },
      cwd: this.home,
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
    });
    const running = new Running(child, input);
    this.#running.add(running);
    return running;
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /**
   * Starts a sandbox on a free port and waits until it serves; the profile `sandbox` names it. Its logins come back
   * to a free port too: the one that is proposed to users may be in use.
   */
  async sandbox(args: readonly string[] = []): Promise<SandboxReady> {
    const callback = args.includes('--redirect-uri')
      ? []
      : ['--redirect-uri', `http://localhost:${await freePort()}/callback`];
    const running = this.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', ...callback, ...args]);
    const [line] = await running.until('stdout', /^\{"type":"ready".*\}$/m);
    return JSON.parse(line) as SandboxReady;
  }

  /** Ends what is still running and removes the home. */
  async close(): Promise<void> {
    for (const running of this.#running) {
      if (!running.isEnded) running.kill('SIGTERM');
      await running.ended.catch(() => undefined);
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

/**
 * A BROWSER that consents at the sandbox. It may run on when the login has ended, while the home is removed: so it
 * keeps no compiled code there.
 *
 * @param program  ours; left out, that of this test run
 */
export function consentingBrowser(flags = '', program = `"${process.execPath}" "${revento}"`): string {
  return `env NODE_DISABLE_COMPILE_CACHE=1 ${program} sandbox consent ${flags}`;
}
