import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessions } from '../../../src/auth/session/session.ts';
import type { Grant } from '../../../src/login/login.ts';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { openVault } from '../../../src/platform/store/vault.ts';
import type { Sessions } from '../../../src/ports/sessions.ts';
import type { HeldLock, KeySource } from '../../../src/ports/store.ts';
import { Redactor, Secret } from '../../../src/text/secret.ts';
import { TokenServer } from '../oauth/token-server.ts';
import { revento, root } from '../program/build.ts';
import { type Ended, Running } from '../program/running.ts';
import { preloadEnv, startOf } from '../program/start-words.ts';
import { until } from '../until.ts';
import { settingsOf } from './store-rig.ts';

interface CrashStep {
  readonly action: 'kill' | 'stop' | 'fail' | 'mark' | 'pause';
  readonly code?: string;
  readonly file?: string;
  readonly nth?: number;
}

interface RunOptions {
  readonly crashPoints?: Readonly<Record<string, CrashStep>>;
  readonly env?: Readonly<Record<string, string>>;
  /** How many times faster than real the clock of waiting limits runs. */
  readonly clockSpeed?: number;
  /** Words in front of the command, such as `setpriv --reuid=…`. */
  readonly prefix?: readonly string[];
  /** Another copy of the program than the one under test in this checkout. */
  readonly program?: string;
  /** Standard input; left out, there is none. */
  readonly input?: string;
}

/** How this process opens the store under test. */
interface StoreOptions {
  readonly passphrase?: string;
  readonly preferred?: KeySource;
  readonly profile?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Behaves as a program that knows nothing of locks. */
  readonly isLockIgnored?: boolean;
}

/** The user that owns nothing. */
const nobody = 65_534;

const noLock: HeldLock = { isHeld: () => true, release: () => undefined };

/** The built program as real processes, in a throw-away home, against a token endpoint of its own. */
export class RefreshRig {
  readonly home = mkdtempSync(join(tmpdir(), 'revento-refresh-'));
  readonly server: TokenServer;
  readonly #children = new Map<ChildProcess, Promise<Ended>>();

  private constructor(server: TokenServer) {
    this.server = server;
    chmodSync(this.home, 0o755);
  }

  static async start(): Promise<RefreshRig> {
    return new RefreshRig(await TokenServer.start());
  }

  get configDir(): string {
    return join(this.home, 'config', 'revento');
  }

  get dataDir(): string {
    return join(this.home, 'share', 'revento');
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      TMPDIR: this.home,
      XDG_CONFIG_HOME: join(this.home, 'config'),
      XDG_DATA_HOME: join(this.home, 'share'),
      XDG_STATE_HOME: join(this.home, 'state'),
      REVENTO_AUTH_BASE: this.server.base,
      REVENTO_API_BASE: `${this.server.base}/api/v1`,
      REVENTO_CLIENT_ID: 'client-1',
      CI: 'true',
    };
  }

  path(name = 'installation-evt_1.json', profile = 'default'): string {
    return join(this.configDir, 'auth', profile, name);
  }

  /** What lies beside the sealed file, itself left out. */
  leftovers(profile = 'default'): string[] {
    return readdirSync(join(this.configDir, 'auth', profile)).filter((name) => !/^[^.]+\.json$/.test(name));
  }

  /** The store as this process would use it. */
  sessions(options: StoreOptions = {}): Sessions {
    const locks = options.isLockIgnored
      ? { ...createLocks(systemClock), acquire: async () => noLock }
      : createLocks(systemClock);
    const vault = openVault({
      configDir: this.configDir,
      dataDir: this.dataDir,
      rescueDirs: [join(this.home, 'state', 'revento'), this.home],
      passphrase: options.passphrase === undefined ? null : new Secret(options.passphrase),
      preferred: () => options.preferred ?? 'keyfile',
      keyring: () => Promise.reject(new Error('no keyring in this test')),
      locks,
      clock: systemClock,
      notice: () => undefined,
    });
    return createSessions({
      profile: options.profile ?? 'default',
      settings: settingsOf(options.settings ?? { auth_base: this.server.base, client_id: 'client-1' }),
      vault,
      exchange: () => Promise.reject(new Error('the test itself sends nothing')),
      clientSecret: async () => null,
      confirmHost: () => Promise.reject(new Error('a question that the test did not expect')),
      accessToken: null,
      clock: systemClock,
      redactor: new Redactor(),
      dropLog: async () => undefined,
      uninterrupted: (work) => work(),
      notice: () => undefined,
    });
  }

  /** Stores a login the server knows; its access token has expired by default. */
  async logIn(fields: Partial<Grant> = {}, sessions = this.sessions()): Promise<Grant> {
    const pair = this.server.issue();
    const grant: Grant = {
      kind: 'installation',
      eventId: 'evt_1',
      organizationId: 'org_1',
      userId: null,
      scope: ['event.read'],
      accessToken: new Secret(pair.accessToken),
      refreshToken: new Secret(pair.refreshToken),
      accessExpiresAt: Date.now() - 1_000,
      refreshExpiresAt: Date.now() + 7_776_000_000,
      ...fields,
    };
    await sessions.save(grant);
    return grant;
  }

  /** Starts the program; `ended` resolves when it has. */
  start(
    args: readonly string[],
    options: RunOptions = {},
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const { crashPoints = {}, env = {}, clockSpeed = 1, prefix = [], program = revento, input } = options;
    const preload = [join(root, 'test/support/program/preload/crash-point.cjs')];
    const [file, words] = startOf(args, { preload, program });
    const [first = '', ...rest] = [...prefix, file, ...words];
    const child = spawn(first, rest, {
      env: {
        ...this.env,
        ...preloadEnv(preload),
        CRASH_PLAN: JSON.stringify(crashPoints),
        CLOCK_SPEED: String(clockSpeed),
        ...env,
      },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      cwd: this.home,
    });
    const { ended } = new Running(child, input ?? null);
    this.#children.set(child, ended);
    const forget = () => this.#children.delete(child);
    ended.then(forget, forget);
    return { child, ended };
  }

  /** Whether a process is one of ours that still runs. */
  isChild(pid: number): boolean {
    return [...this.#children.keys()].some((child) => child.pid === pid);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  token(options: RunOptions = {}): Promise<Ended> {
    return this.run(['token'], options);
  }

  /** Many processes at once. */
  tokens(count: number, options: RunOptions = {}): Promise<Ended[]> {
    return Promise.all(Array.from({ length: count }, () => this.token(options)));
  }

  /**
   * Words that run a command without the powers of root, which no file mode binds. Everything in the home is then
   * owned by that user.
   */
  unprivileged(): readonly string[] {
    if (process.getuid?.() !== 0) return [];
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, this.home]);
    return ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  }

  /** A step of a crash point that says when it is reached and waits for `release`. */
  pause(name: string): { readonly step: CrashStep; reached(): Promise<void>; release(): void } {
    const file = join(this.home, `pause-${name}`);
    return {
      step: { action: 'pause', file },
      reached: () => until(() => existsSync(`${file}.reached`), `${name} is reached`),
      release: () => writeFileSync(`${file}.go`, ''),
    };
  }

  get keyPath(): string {
    return join(this.dataDir, 'key');
  }

  /** A step of a crash point that counts the processes that reach it. */
  mark(name: string): { readonly step: CrashStep; reachedBy(count: number): Promise<void> } {
    const isMark = (entry: string) => entry.startsWith(`mark-${name}.`);
    return {
      step: { action: 'mark', file: join(this.home, `mark-${name}`) },
      reachedBy: (count) =>
        until(() => readdirSync(this.home).filter(isMark).length >= count, `${count} processes are at ${name}`),
    };
  }

  read(path = this.path()): string {
    return readFileSync(path, 'utf8');
  }

  hasStore(): boolean {
    return existsSync(join(this.configDir, 'auth')) || existsSync(this.dataDir);
  }

  async close(): Promise<void> {
    for (const child of this.#children.keys()) child.kill('SIGKILL');
    // Until they are gone, they may still write into the home.
    await Promise.allSettled(this.#children.values());
    await this.server.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
