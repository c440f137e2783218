import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../http/free-port.ts';
import { root } from '../program/build.ts';
import { python } from '../program/needs.ts';
import { npmTool } from '../program/npm-tool.ts';
import { ProgramRig } from '../program/program-rig.ts';
import { startOf } from '../program/start-words.ts';
import type { Project } from './stage.ts';

/** Compiled packages of Go, for all projects of one file: without it, each compiles the standard library again. */
const goCache = mkdtempSync(join(tmpdir(), 'revento-go-'));
process.once('exit', () => rmSync(goCache, { recursive: true, force: true }));

/** One command may take this long. */
const timeoutMs = 200_000;

interface Finished {
  /** Null when it was ended, as after the time limit. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project that `revento init` wrote, on a port of its own. */
export class StarterRig {
  readonly #rig = new ProgramRig();
  readonly directory = join(this.#rig.home, 'project');
  readonly port: number;
  /** Programs that are found before all others. */
  readonly #programs = join(this.#rig.home, 'programs');
  readonly #tools: Readonly<Record<string, string>>;

  private constructor(port: number, tools: Readonly<Record<string, string>>) {
    this.port = port;
    this.#tools = tools;
  }

  /**
   * @param framework  one that the starter has
   * @param packages  of npm, which are installed; commands get the directory of each in the variable that names it
   */
  static async make(
    language: string,
    framework: string,
    packages: Readonly<Record<string, string>> = {},
  ): Promise<StarterRig> {
    const tools = Object.entries(packages).map(([variable, name]) => [variable, npmTool(name)] as const);
    const made = new StarterRig(await freePort(), Object.fromEntries(tools));
    const { code, stderr } = await made.#rig.run([
      'init',
      language,
      'project',
      '--framework',
      framework,
      '--no-install',
    ]);
    if (code !== 0) throw new Error(stderr);
    // The packages of Node projects are those that this project is tested with: no test needs the registry.
    symlinkSync(join(root, 'node_modules'), join(made.directory, 'node_modules'));
    mkdirSync(made.#programs);
    symlinkSync(python, join(made.#programs, 'python3'));
    const file = join(made.directory, 'certify.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('localhost:3000', `localhost:${made.port}`));
    return made;
  }

  /** How the starter is started. */
  get project(): Project {
    const { directory, port } = this;
    const { start } = JSON.parse(readFileSync(join(directory, 'certify.json'), 'utf8')) as Pick<Project, 'start'>;
    return { directory, port, start, env: this.#env };
  }

  /** Runs a shell command in the project, such as its compiler. */
  shell(command: string): Promise<Finished> {
    return this.#spawn('sh', ['-c', command]);
  }

  /** Runs the tests of the project at a sandbox, which the audit watches. */
  tests(command: string): Promise<Finished> {
    const redirect = `http://localhost:${this.port}/callback`;
    return this.program([
      ...['sandbox', 'exec', '--audit', '--auto-consent', '--redirect-uri', redirect],
      ...['--webhook-url', `http://localhost:${this.port}/webhooks/revento`],
      ...['--', 'env', `REVENTO_REDIRECT_URI=${redirect}`, 'sh', '-c', command],
    ]);
  }

  /** Runs our own program in the project. */
  program(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.#spawn(...startOf(words), env);
  }

  get #env(): Readonly<Record<string, string>> {
    const { env } = this.#rig;
    const path = `${this.#programs}:${env['PATH']}`;
    return { ...env, PATH: path, PORT: `${this.port}`, GOCACHE: goCache, ...this.#tools };
  }

  #spawn(program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const child = spawn(program, words, {
      cwd: this.directory,
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, ...output }));
    });
  }

  close(): Promise<void> {
    return this.#rig.close();
  }
}
