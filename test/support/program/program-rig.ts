import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../http/free-port.ts';
import { codeEnv } from './build.ts';
import { type Ended, Running } from './running.ts';
import { preloadEnv, startLine, startOf } from './start-words.ts';

/** What `sandbox start -o ndjson` prints first. */
export interface SandboxReady {
  readonly auth_base: string;
  readonly api_base: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly event_id: string;
}

export interface StartOptions {
  /** Beside that of the rig; undefined takes a variable of it out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input; left out, it is empty; null leaves it open. */
  readonly input?: string | Uint8Array | null;
  /** A descriptor for its standard output; left out, that is collected. */
  readonly stdout?: number;
  /** Modules loaded before the program. */
  readonly preload?: readonly string[];
  /** How long it may run; left out, a minute. */
  readonly limitMs?: number;
}

/** The built program as real processes, in a throw-away home. */
export class ProgramRig {
  readonly home = mkdtempSync(join(tmpdir(), 'revento-home-'));
  readonly #running = new Set<Running>();

  /**
   * Compiled code is not kept here: a browser may run on when its login has ended, and would write it into a home that
   * is being removed.
   */
  readonly env: Readonly<Record<string, string>> = {
    ...codeEnv,
    PATH: process.env['PATH'] ?? '',
    HOME: this.home,
    TMPDIR: this.home,
    XDG_CONFIG_HOME: join(this.home, 'config'),
    XDG_DATA_HOME: join(this.home, 'share'),
    XDG_STATE_HOME: join(this.home, 'state'),
  };

  start(args: readonly string[], { env = {}, input = '', stdout, preload = [], limitMs }: StartOptions = {}): Running {
    const child = spawn(...startOf(args, { preload }), {
      env: { ...this.env, ...preloadEnv(preload), ...env },
      cwd: this.home,
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
    });
    const running = new Running(child, input, limitMs);
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
 * A BROWSER that consents at the sandbox.
 *
 * @param program  ours; left out, that of this test run
 */
export function consentingBrowser(flags = '', program = startLine): string {
  return `${program} sandbox consent ${flags}`;
}
