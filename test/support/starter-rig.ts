import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { revento, root } from './build.ts';
import { freePort } from './free-port.ts';
import { ProgramRig } from './program-rig.ts';

/** Compiled packages of Go, for all projects of one file: without it, each compiles the standard library again. */
const goCache = mkdtempSync(join(tmpdir(), 'revento-go-'));
process.once('exit', () => rmSync(goCache, { recursive: true, force: true }));

/** A project that `revento init` wrote, on a port of its own. */
export class StarterRig {
  readonly #rig = new ProgramRig();
  readonly directory = join(this.#rig.home, 'project');
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  /** @param framework  one that the starter has */
  static async make(language: string, framework: string): Promise<StarterRig> {
    const made = new StarterRig(await freePort());
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
    const file = join(made.directory, 'certify.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('localhost:3000', `localhost:${made.port}`));
    return made;
  }

  /** Runs a command in the project, such as its compiler. */
  command([program, ...words]: readonly [program: string, ...words: string[]]) {
    return this.#spawn(program, words);
  }

  /** Runs the tests of the project at a sandbox, which the audit watches. */
  tests(command: readonly string[]) {
    const redirect = `http://localhost:${this.port}/callback`;
    return this.#run([
      ...['sandbox', 'exec', '--audit', '--auto-consent', '--redirect-uri', redirect],
      ...['--webhook-url', `http://localhost:${this.port}/webhooks/revento`],
      ...['--', 'env', `REVENTO_REDIRECT_URI=${redirect}`, ...command],
    ]);
  }

  certify() {
    return this.#run(['certify', '--json']);
  }

  #run(words: readonly string[]) {
    return this.#spawn(process.execPath, [revento, ...words]);
  }

  #spawn(program: string, words: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(program, words, {
      cwd: this.directory,
      env: { ...this.#rig.env, PORT: `${this.port}`, GOCACHE: goCache },
      encoding: 'utf8',
      timeout: 110_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, stdout, stderr };
  }

  close(): Promise<void> {
    return this.#rig.close();
  }
}
