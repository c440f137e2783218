import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Sandbox } from '../../../src/library/public.ts';
import { startSandbox } from '../../../src/library/start-sandbox.ts';
import { freePort } from '../http/free-port.ts';
import { until } from '../until.ts';

/** A project that `revento init` wrote: how it is started, and in which environment. */
export interface Project {
  readonly directory: string;
  readonly port: number;
  readonly start: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Longer than an access token lives. */
const expiryMs = 61 * 60_000;

/** A starter beside a sandbox in this process: its processes, its organizer, its syncs. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly #project: Project;
  readonly #running = new Map<number, Started>();

  private constructor(project: Project, sandbox: Sandbox) {
    this.#project = project;
    this.sandbox = sandbox;
  }

  static async open(project: Project): Promise<Stage> {
    const { port } = project;
    const sandbox = await startSandbox({
      webhookUrl: `http://localhost:${port}/webhooks/revento`,
      redirectUris: [`http://localhost:${port}/callback`],
      rateLimit: false,
    });
    return new Stage(project, sandbox);
  }

  get port(): number {
    return this.#project.port;
  }

  /** The environment of the starter. */
  get env(): Readonly<Record<string, string>> {
    return { ...this.#project.env, ...this.sandbox.env };
  }

  /** Starts a process of it and waits until it serves; on a port of its own it shares the data with the others. */
  async launch(isOnOwnPort = false): Promise<number> {
    const port = isOnOwnPort ? await freePort() : this.port;
    const { start, directory } = this.#project;
    const started = new Started(start, { cwd: directory, env: { ...this.env, PORT: `${port}` } });
    this.#running.set(port, started);
    await started.ready(`http://localhost:${port}/healthz`);
    return port;
  }

  /** SIGKILL to a process and all that it started. */
  async kill(port = this.port): Promise<void> {
    await this.#running.get(port)?.kill();
    this.#running.delete(port);
  }

  /** Logs in, as an organizer does who grants these scopes. */
  async connect(scope: string): Promise<void> {
    const asked = await fetch(`${this.#origin()}/connect?event=${this.sandbox.event}`, { redirect: 'manual' });
    const cookie = (asked.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const consent = new URL(asked.headers.get('location') ?? '');
    consent.searchParams.set('scope', scope);
    const back = (await fetch(consent, { redirect: 'manual' })).headers.get('location') ?? '';
    const landed = await fetch(back, { headers: { cookie } });
    if (landed.status !== 200) throw new Error(`connecting ended with ${landed.status}: ${await landed.text()}`);
  }

  expire(): Promise<unknown> {
    return this.sandbox.clock.advance(expiryMs);
  }

  /** Has a process read the API; its status, null without an answer. */
  async sync(port = this.port): Promise<number | null> {
    try {
      const answer = await fetch(`${this.#origin(port)}/sync?event=${this.sandbox.event}`, { method: 'POST' });
      await answer.text();
      return answer.status;
    } catch {
      return null; // fetch says no more than that there is no whole answer
    }
  }

  /** The ids in its mirror. */
  async participants(): Promise<readonly string[]> {
    const answer = await fetch(`${this.#origin()}/participants?event=${this.sandbox.event}`);
    const { data } = (await answer.json()) as { readonly data: readonly { readonly id: string }[] };
    return data.map(({ id }) => id);
  }

  /** How many times tokens were asked for, and how. */
  tokenRequests(): { readonly answered: number; readonly refused: number } {
    const asked = this.sandbox.requests.filter(({ path }) => path === '/oauth/token');
    const answered = asked.filter(({ status }) => status === 200).length;
    return { answered, refused: asked.length - answered };
  }

  /** Why logins were revoked: `reuse` when a refresh token was sent twice. */
  async endings(): Promise<readonly string[]> {
    const { authBase, env } = this.sandbox;
    const headers = { authorization: `Bearer ${env['REVENTO_SANDBOX_KEY']}` };
    const answer = await fetch(`${authBase}/_sandbox/v1/logins?limit=200`, { headers });
    const { logins } = (await answer.json()) as { readonly logins: readonly { ending: { cause: string } | null }[] };
    return logins.flatMap(({ ending }) => (ending === null ? [] : [ending.cause]));
  }

  async close(): Promise<void> {
    for (const port of this.#running.keys()) await this.kill(port);
    await this.sandbox.close();
  }

  #origin(port = this.port): string {
    return `http://localhost:${port}`;
  }
}

/** One process of a starter, in a group of its own: it may have started others. */
class Started {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;
  #output = '';

  constructor([program = '', ...words]: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4_000);
      });
    }
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
    this.#child = child;
  }

  async ready(url: string): Promise<void> {
    let isReady = false;
    const look = async () => {
      while (!isReady && this.#isRunning) {
        isReady = await fetch(url).then(
          ({ ok }) => ok,
          () => false,
        );
        await setTimeout(20);
      }
    };
    void look();
    await until(
      () => isReady || !this.#isRunning,
      () => `${url} answers; it printed:\n${this.#output}`,
    );
    if (!isReady) throw new Error(`it ended before it was ready; it printed:\n${this.#output}`);
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && this.#isRunning) process.kill(-pid, 'SIGKILL');
    await this.#ended;
  }
}
