import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createSessions } from '../../../src/auth/session/session.ts';
import type { LoginKind } from '../../../src/login/login.ts';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createSecretStore } from '../../../src/platform/store/sealed-secrets.ts';
import { openVault } from '../../../src/platform/store/vault.ts';
import { Redactor, Secret } from '../../../src/text/secret.ts';
import { HostileServer } from '../api/hostile-server.ts';
import { settingsOf } from '../store/store-rig.ts';
import { root } from './build.ts';
import { ProgramRig } from './program-rig.ts';
import type { Ended } from './running.ts';

/** Characters of a secret that must not appear in a row: fewer could be chance. */
const telltaleLength = 12;

interface LeakRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Where the servers seem to be; default is the hostile one. */
  readonly base?: string;
  /** How many times faster than real its waits pass, and so its limits, which it may then end by; default 1. */
  readonly speed?: number;
  readonly crashPoint?: string;
  /** Ends a program that would go on forever, once it has written this. */
  readonly endAfter?: RegExp;
}

/** A secret that shows itself, in whatever form, by its random part. */
interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Where a canary was found. */
interface Leak {
  readonly canary: string;
  readonly place: string;
  readonly around: string;
}

/** A home whose store and environment are full of secrets no other test has, and a server that quotes them. */
export class LeakRig {
  readonly program = new ProgramRig();
  readonly canaries: Canary[] = [];
  /** What children were given. */
  readonly dumpFile = join(this.program.home, 'children.txt');
  /** The code that the browser comes back with. */
  readonly codeFile = join(this.program.home, 'code.txt');
  readonly server: HostileServer;

  private constructor(server: HostileServer) {
    this.server = server;
  }

  /** @param isExpired  the stored access tokens have to be refreshed first */
  static async start({ isExpired = false } = {}): Promise<LeakRig> {
    const rig = new LeakRig(await HostileServer.start());
    await rig.#fillStore(isExpired);
    return rig;
  }

  /** A fresh secret, with the characters that need encoding where `isPlain` does not forbid it. */
  canary(name: string, isPlain = false): string {
    const random = () => randomBytes(12).toString('base64url');
    const value = `${random()}${isPlain ? '' : '+/&'}${random()}`;
    this.canaries.push({ name, value });
    return value;
  }

  get configDir(): string {
    return join(this.program.home, 'config', 'revento');
  }

  /** Runs the built program at its most talkative, with secrets in its environment too. */
  async run(args: readonly string[], options: LeakRunOptions = {}): Promise<Ended> {
    if (!existsSync(this.codeFile)) writeFileSync(this.codeFile, this.canary('authorization code', true));
    const { env = {}, input = '', base = this.server.base, speed = 1, crashPoint, endAfter } = options;
    const preload = speed !== 1 ? [join(root, 'test/support/program/preload/quick-timers.cjs')] : [];
    if (crashPoint !== undefined) preload.push(join(root, 'test/support/program/preload/defect.cjs'));
    const running = this.program.start(args, {
      input,
      preload,
      env: {
        REVENTO_DEBUG: '1',
        QUICK_TIMERS_SPEED: String(speed),
        REVENTO_AUTH_BASE: base,
        REVENTO_API_BASE: `${base}/api/v1`,
        REVENTO_CLIENT_ID: 'client-1',
        REVENTO_EVENT: 'evt_1',
        REVENTO_STORE_KEY: this.canary('REVENTO_STORE_KEY'),
        REVENTO_WEBHOOK_SECRET: this.canary('REVENTO_WEBHOOK_SECRET'),
        REVENTO_WEBHOOK_SECRET_PREVIOUS: this.canary('REVENTO_WEBHOOK_SECRET_PREVIOUS'),
        BROWSER: `${process.execPath} ${join(root, 'test/support/program/telltale-child.cjs')} ${this.dumpFile} ${this.codeFile}`,
        ...(crashPoint !== undefined && {
          CRASH_POINT: crashPoint,
          CRASH_TEXT: this.#live(),
        }),
        ...env,
      },
    });
    if (endAfter !== undefined) {
      await running.until('stdout', endAfter);
      running.kill('SIGTERM');
    }
    const ended = await running.ended;
    for (const value of this.server.seen) {
      if (!this.canaries.some((canary) => canary.value === value))
        this.canaries.push({ name: 'sent or granted', value });
    }
    return ended;
  }

  /** Every canary in what was written: both streams, every file but the sealed ones, what children were given. */
  leaks({ stdout, stderr }: Ended, allowed: readonly string[] = []): Leak[] {
    const places: [string, string][] = [
      ['stdout', stdout],
      ['stderr', stderr],
      ...this.#files().map(([path, bytes]): [string, string] => [path, bytes.toString('latin1')]),
    ];
    return this.canaries
      .filter(({ value }) => !allowed.includes(value))
      .flatMap(({ name, value }) =>
        places.flatMap(([place, text]) => {
          const found = findTelltale(text, value);
          return found === null ? [] : [{ canary: name, place, around: found }];
        }),
      );
  }

  async close(): Promise<void> {
    await this.program.close();
    await this.server.close();
  }

  /** What a process that refreshes the organizer's login has in hand. */
  #live(): string {
    const live = this.canaries.filter(({ name }) => /\(installation\)|^REVENTO_/.test(name));
    return live.map(({ value }) => value).join(' ');
  }

  /** Sealed files are where secrets belong, and the key file is one itself. */
  #files(): [string, Buffer][] {
    const { home } = this.program;
    return readdirSync(home, { recursive: true, encoding: 'utf8' }).flatMap((name): [string, Buffer][] => {
      const path = join(home, name);
      if (path === this.codeFile || !existsSync(path) || !statSync(path).isFile()) return [];
      return [[relative(home, path), readFileSync(path)]];
    });
  }

  async #fillStore(isExpired: boolean): Promise<void> {
    const clock = systemClock;
    const vault = openVault({
      configDir: this.configDir,
      dataDir: join(this.program.home, 'share', 'revento'),
      rescueDirs: [],
      passphrase: null,
      preferred: () => 'keyfile',
      keyring: () => Promise.reject(new Error('no keyring in this test')),
      locks: createLocks(clock),
      clock,
      notice: () => undefined,
    });
    const redactor = new Redactor();
    const secrets = createSecretStore({
      profile: 'default',
      vault,
      environment: {},
      authBase: () => this.server.base,
      confirmHost: async () => undefined,
      redactor,
    });
    for (const name of ['client_secret', 'webhook_secret'] as const)
      await secrets.set({ [name]: this.canary(`sealed ${name}`) });
    const sessions = createSessions({
      profile: 'default',
      settings: settingsOf({ auth_base: this.server.base, client_id: 'client-1' }),
      vault,
      exchange: () => Promise.reject(new Error('the test itself sends nothing')),
      clientSecret: async () => null,
      confirmHost: async () => undefined,
      accessToken: null,
      clock,
      redactor,
      dropLog: async () => undefined,
      uninterrupted: (work) => work(),
      notice: () => undefined,
    });
    for (const kind of ['installation', 'user'] satisfies LoginKind[]) {
      await sessions.save({
        kind,
        eventId: 'evt_1',
        organizationId: 'org_1',
        userId: null,
        scope: [],
        accessToken: new Secret(this.canary(`access token (${kind})`, true)),
        refreshToken: new Secret(this.canary(`refresh token (${kind})`, true)),
        accessExpiresAt: clock.now() + (isExpired ? -1_000 : 3_600_000),
        refreshExpiresAt: clock.now() + 7_776_000_000,
      });
    }
  }
}

/** The text around the first piece of a secret, in any of its encodings, or null. */
function findTelltale(text: string, secret: string): string | null {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ v: secret }).toString().slice(2),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    JSON.stringify(secret).slice(1, -1),
  ];
  for (const form of new Set(forms)) {
    for (let start = 0; start + telltaleLength <= form.length; start++) {
      const at = text.indexOf(form.slice(start, start + telltaleLength));
      if (at !== -1) return text.slice(Math.max(0, at - 60), at + telltaleLength + 20);
    }
  }
  return null;
}
