import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TaskMeta } from 'vitest';
import type { Step } from './matrix.ts';
import { StarterRig } from './rig.ts';
import type { StarterRow } from './rows.ts';
import { Stage } from './stage.ts';

/** One starter through its steps: one project, built once, and one sandbox for what is done with it running. */
export class StarterRun {
  readonly row: StarterRow;
  readonly #version: string;
  #rig: Promise<StarterRig> | undefined;
  #stage: Promise<Stage> | undefined;
  /** What is done with it, one after the other: it has one port. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(row: StarterRow) {
    this.row = row;
    const { stdout } = spawnSync('sh', ['-c', row.version], { encoding: 'utf8' });
    this.#version = /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? '-';
  }

  /**
   * Does a step when those before it are over, and notes how it went. A step that failed does not keep the others from
   * being tried.
   *
   * @param work  gives back what was found, for the matrix
   */
  step(step: Step, meta: TaskMeta, work: () => Promise<string>): Promise<void> {
    const { language, framework } = this.row;
    const mark = { language, framework, version: this.#version, step };
    const done = this.#last.then(async () => {
      const startedAt = performance.now();
      const seconds = () => Math.round(performance.now() - startedAt) / 1000;
      try {
        const found = await work();
        meta.starter = { ...mark, found, seconds: seconds() };
      } catch (error) {
        meta.starter = { ...mark, seconds: seconds() };
        throw error;
      }
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The project, compiled. */
  async rig(): Promise<StarterRig> {
    this.#rig ??= this.#make();
    return this.#rig;
  }

  /** A sandbox for it; none of its processes runs. */
  async stage(): Promise<Stage> {
    const { project } = await this.rig();
    this.#stage ??= Stage.open(project);
    return this.#stage;
  }

  /** Where it keeps what belongs to the sandbox of the stage. */
  async data(): Promise<string> {
    const { sandbox } = await this.stage();
    return join((await this.rig()).directory, 'data', new URL(sandbox.apiBase).host.replaceAll(':', '_'));
  }

  async close(): Promise<void> {
    await (await this.#stage)?.close();
    await (await this.#rig)?.close();
  }

  async #make(): Promise<StarterRig> {
    const { language, framework, build, tools } = this.row;
    const rig = await StarterRig.make(language, framework, tools);
    if (build === undefined) return rig;
    const { status, stdout, stderr } = await rig.shell(build);
    if (status !== 0) throw new Error(`${build} ended with ${status}:\n${stdout}${stderr}`);
    return rig;
  }
}
