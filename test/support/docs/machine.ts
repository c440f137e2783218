import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { codeEnv } from '../program/build.ts';
import { startLine } from '../program/start-words.ts';
import { until } from '../until.ts';
import { Terminal } from './terminal.ts';

const isRoot = process.geteuid?.() === 0;
const unshare = ['unshare', ...(isRoot ? [] : ['--map-root-user']), '--net'];

/** Why no machine can be made here, or null. */
export const missing: string | null = ['ip', 'script', 'nsenter', 'bash', 'curl', 'jq'].some((name) => !isThere(name))
  ? 'needs iproute2, bsdutils, util-linux, bash, curl and jq'
  : spawnSync(unshare[0] as string, [...unshare.slice(1), 'true']).status === 0
    ? null
    : 'needs the right to make a network namespace';

function isThere(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/**
 * A machine for one reader of the documentation: an empty home, a project directory, and loopback ports of its own, so
 * that a page may say 3000 or 4010 whatever runs beside it.
 */
export class Machine {
  readonly home = mkdtempSync(join(tmpdir(), 'revento-docs-'));
  readonly project = join(this.home, 'project');
  readonly env: Record<string, string>;
  readonly #namespace: ChildProcess;
  readonly #terminals = new Map<number, Terminal>();

  private constructor(namespace: ChildProcess) {
    this.#namespace = namespace;
    const bin = join(this.home, 'bin');
    mkdirSync(bin);
    mkdirSync(this.project);
    this.#program('revento', `exec ${startLine} "$@"`);
    this.#program('consent', 'exec revento sandbox consent "$@"');
    this.env = {
      ...codeEnv,
      PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: this.home,
      TMPDIR: this.home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      BROWSER: join(bin, 'consent'),
      npm_config_offline: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    };
  }

  static async start(): Promise<Machine> {
    const holder = spawn(
      unshare[0] as string,
      [...unshare.slice(1), 'sh', '-c', 'ip link set lo up && echo up && exec cat'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await once(holder.stdout, 'data');
    return new Machine(holder);
  }

  /** The words in front of a command that is to run on this machine. */
  get enter(): readonly string[] {
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['nsenter', '--target', `${this.#namespace.pid}`, '--net', ...user, '--'];
  }

  terminal(number: number): Terminal {
    const known = this.#terminals.get(number);
    if (known !== undefined) return known;
    const terminal = new Terminal(this, number);
    this.#terminals.set(number, terminal);
    return terminal;
  }

  get terminals(): readonly Terminal[] {
    return [...this.#terminals.values()];
  }

  /** Puts a script on the PATH. */
  #program(name: string, text: string): void {
    writeFileSync(join(this.home, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  /** Makes BROWSER another program. */
  browseWith(text: string): void {
    this.#program('browser', text);
    this.env['BROWSER'] = join(this.home, 'bin/browser');
  }

  /** Starts a command on this machine. */
  spawn(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcessWithoutNullStreams {
    const [program = '', ...words] = [...this.enter, command, ...args];
    return spawn(program, words, { cwd: this.project, env: { ...this.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Whether somebody listens on a port of this machine. */
  isServing(port: number): boolean {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const listening = '0A';
    return ['tcp', 'tcp6'].some((table) =>
      readFileSync(`/proc/${this.#namespace.pid}/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .some(([, local = '', , state]) => local.endsWith(suffix) && state === listening),
    );
  }

  /** Ends everything that runs on it and removes the home. */
  async close(): Promise<void> {
    const { pid } = this.#namespace;
    const own = readlinkSync(`/proc/${pid}/ns/net`);
    const others = () => processesIn(own).filter((other) => other !== pid);
    for (const other of others()) kill(other);
    await until(() => others().length === 0, 'the machine is empty');
    this.#namespace.stdin?.end();
    await once(this.#namespace, 'exit');
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The processes of a network namespace. One that ends meanwhile is none of them. */
function processesIn(namespace: string): number[] {
  const isIn = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === namespace;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isIn(name))
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
