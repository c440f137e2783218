import { randomBytes } from 'node:crypto';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { login } from '../../../src/commands/login/login/login.ts';
import type { LoginOptions } from '../../../src/commands/login/login/plan.ts';
import type { Grant, Login } from '../../../src/login/login.ts';
import type {
  Exchange,
  HeaderList,
  HttpRequest,
  HttpResponse,
  Serve,
  ServeOptions,
} from '../../../src/ports/exchange.ts';
import type { Sessions } from '../../../src/ports/sessions.ts';
import { type Memory, memory, run, testNow, type World } from './deps.ts';

/** A clock whose waits end when a test says so. */
interface ManualClock {
  now(): number;
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lengths of the waits that are still on. */
  readonly waits: readonly number[];
  /** Ends all waits. */
  ring(): void;
}

interface LoginWorld extends Memory {
  /** What was saved, in order. */
  readonly saved: Grant[];
  /** Form fields of each token request. */
  readonly exchanges: Record<string, string>[];
  readonly opened: string[];
  /** The order of what happened: `bound`, `announced`, `opened`, `exchanged`, `saved`, `page`, `closed`. */
  readonly events: string[];
  readonly clock: ManualClock;
  readonly interrupt: AbortController;
  /** Options the server was asked for; null while none stands. */
  server: ServeOptions | null;
  /** The authorization URL, once it was shown. */
  url(): Promise<URL>;
  /** A browser that comes back with these parameters; `state` is filled in unless given. */
  comeBack(parameters: Record<string, string>, changes?: Partial<HttpRequest>): Promise<HttpResponse>;
  /** Types a line to the question that is asked, once it is. */
  type(line: string): Promise<void>;
}

export interface LoginSetting extends World {
  /** How the token endpoint answers; default: tokens for the event that was asked for. */
  readonly tokenEndpoint?: Exchange;
  /** How the server answers when it is asked for a sign of life; default: that there is no such page. */
  readonly probe?: Exchange;
  readonly isInteractive?: boolean;
  readonly save?: (grant: Grant) => Promise<void>;
  /** What is found out before anything is asked; default: that all is well. */
  readonly prepare?: () => Promise<void>;
  readonly openProblem?: string | null;
  readonly serve?: Serve;
}

/** A token answer as the guide has it for sure: five fields. */
export function tokenBody(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    access_token: `rev_install_${randomBytes(18).toString('base64url')}`,
    refresh_token: `rev_refresh_${randomBytes(18).toString('base64url')}`,
    event_id: 'evt_1',
    organization_id: 'org_1',
    scope: 'event.read participants.read program.read',
    ...changes,
  };
}

export function jsonResponse(status: number, body: unknown): HttpResponse {
  return { status, headers: [['Content-Type', 'application/json']], body: Buffer.from(JSON.stringify(body)) };
}

/** Everything `revento login` touches, in memory: a server without sockets, a token endpoint, a store. */
export function loginWorld(setting: LoginSetting = {}): LoginWorld {
  const base = memory({
    event: 'evt_1',
    environment: { auth_base: 'https://auth.test', client_id: 'client_1' },
    secrets: { default: { client_secret: 'a-secret-of-the-test' } },
    ...setting,
  });
  const questions: ((line: string) => void)[] = [];
  const asked: (() => void)[] = [];
  const shown: ((url: URL) => void)[] = [];
  const announced = new Promise<URL>((resolve) => shown.push(resolve));
  const underWay = new Set<Promise<HttpResponse>>();
  const clock = manualClock();
  const interrupt = new AbortController();

  const world: LoginWorld = Object.assign(base, {
    saved: [] as Grant[],
    exchanges: [] as Record<string, string>[],
    opened: [] as string[],
    events: [] as string[],
    clock,
    interrupt,
    server: null as ServeOptions | null,
    url: () => announced,
    comeBack: async (parameters: Record<string, string>, changes: Partial<HttpRequest> = {}) => {
      const url = await announced;
      const { server } = world;
      if (server === null) throw new Error('nothing listens');
      const redirect = new URL(url.searchParams.get('redirect_uri') ?? '');
      const query = new URLSearchParams({ state: url.searchParams.get('state') ?? '', ...parameters });
      const headers: HeaderList = [['Host', `localhost:${server.port}`]];
      const request = {
        method: 'GET',
        url: `${redirect.pathname}?${query}`,
        headers,
        body: new Uint8Array(),
        ...changes,
      };
      const page = server.admit?.(request) ?? server.answer(request);
      const sent = Promise.resolve(page).finally(() => world.events.push('page'));
      underWay.add(sent);
      return sent;
    },
    type: async (line: string) => {
      if (questions.length === 0) await new Promise<void>((resolve) => asked.push(resolve));
      questions.shift()?.(line);
    },
  });

  const deps: Deps = {
    ...base.deps,
    childEnv: setting.variables ?? {},
    clock,
    signal: interrupt.signal,
    terminal: {
      ...base.deps.terminal,
      isInteractive: setting.isInteractive ?? false,
      notice: (text) => {
        base.notices.push(text);
        const url = /^ {2}(\S+:\/\/\S+)$/m.exec(text)?.[1];
        if (url !== undefined) {
          world.events.push('announced');
          for (const show of shown.splice(0)) show(new URL(url));
        }
      },
      ask: (text, { isHidden = false, signal } = {}) => {
        base.questions.push({ text, isHidden });
        return new Promise((resolve, reject) => {
          questions.push(resolve);
          for (const tell of asked.splice(0)) tell();
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
    },
    http: async () => async (request) => {
      if (request.method === 'HEAD') return (setting.probe ?? (async () => jsonResponse(404, {})))(request);
      world.events.push('exchanged');
      world.exchanges.push(Object.fromEntries(new URLSearchParams(Buffer.from(request.body).toString())));
      return (setting.tokenEndpoint ?? (async () => jsonResponse(200, tokenBody())))(request);
    },
    serve: async () => setting.serve ?? memoryServe(world, underWay),
    openBrowser: async () => async (url) => {
      world.events.push('opened');
      world.opened.push(url);
      return setting.openProblem ?? null;
    },
    sessions: async () => savingSessions(world, setting),
  };
  return Object.assign(world, { deps });
}

/** Like the real one, it lets requests under way finish before it is closed. */
function memoryServe(world: LoginWorld, underWay: ReadonlySet<Promise<HttpResponse>>): Serve {
  return async (options) => {
    world.server = options;
    world.events.push('bound');
    return {
      port: options.port,
      addresses: ['127.0.0.1', '::1'],
      close: async () => {
        await Promise.all(underWay);
        if (world.server !== null) world.events.push('closed');
        world.server = null;
      },
    };
  };
}

function savingSessions(world: LoginWorld, setting: LoginSetting): Sessions {
  const unused = async (): Promise<never> => {
    throw new Error('a login only saves');
  };
  return {
    keys: unused,
    read: unused,
    prepare: async () => setting.prepare?.(),
    survey: unused,
    forget: unused,
    source: unused,
    move: unused,
    refresh: unused,
    bind: unused,
    protection: unused,
    save: async (grant): Promise<Login> => {
      await setting.save?.(grant);
      world.events.push('saved');
      world.saved.push(grant);
      const { accessToken: _access, refreshToken: _refresh, ...shown } = grant;
      return { ...shown, obtainedAt: testNow, isRenewable: true, state: 'active', reason: null };
    },
  };
}

function manualClock(): ManualClock {
  const waiting = new Map<() => void, number>();
  return {
    now: () => testNow,
    monotonic: () => 0,
    get waits() {
      return [...waiting.values()];
    },
    ring: () => {
      for (const end of [...waiting.keys()]) end();
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = () => {
          waiting.delete(end);
          resolve();
        };
        waiting.set(end, ms);
        signal?.addEventListener(
          'abort',
          () => {
            waiting.delete(end);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
  };
}

/** Starts the command and waits until its address is shown, or it failed before. */
export async function begin(setting: LoginSetting = {}, options: LoginOptions = {}) {
  const world = loginWorld(setting);
  const result = run(login, options, world);
  const url = await Promise.race([world.url(), result.then(() => null)]);
  return { world, result, sent: url?.searchParams ?? new URLSearchParams(), url: url?.href ?? '' };
}

/** A login in which consent is given at once. */
export async function succeed(setting: LoginSetting = {}, options: LoginOptions = {}) {
  const begun = await begin(setting, options);
  const page = await begun.world.comeBack({ code: 'the-code' });
  return { ...begun, page, done: await begun.result };
}

/** What a page says, as HTML. */
export const pageText = ({ body }: HttpResponse): string => new TextDecoder().decode(body);

/** Everything that was written to stderr. */
export const noticesOf = (world: LoginWorld): string => world.notices.join('\n');
