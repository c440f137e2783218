import { type Resource, resources } from '../../../src/api/resources.ts';
import type { Items } from '../../../src/command-kit/command.ts';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { AccessToken, Grant, Login, LoginKey } from '../../../src/login/login.ts';
import type { Item } from '../../../src/output/item.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Exchange } from '../../../src/ports/exchange.ts';
import type { Sessions, TokenSource } from '../../../src/ports/sessions.ts';
import type { SharedLog } from '../../../src/ports/store.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server/app.ts';
import { Secret } from '../../../src/text/secret.ts';
import { memory } from '../commands/deps.ts';
import { fakeClock } from '../fake-clock.ts';
import { integrationOf } from '../sandbox/client.ts';
import { inMemory } from '../sandbox/in-memory.ts';
import { loneLog } from './lone-log.ts';

export const apiBase = 'http://127.0.0.1:4010/api/v1';

/** The row of a command. */
export function resourceOf(words: string): Resource {
  const found = resources.find((resource) => resource.words === words);
  if (found === undefined) throw new RangeError(`no resource is called ${words}`);
  return found;
}

/** Everything an API command needs, on a sandbox in memory, with one login of each kind. */
export interface ApiBench {
  readonly sandbox: Sandbox;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly logins: Login[];
  readonly notices: string[];
  /** `METHOD path?query` of each API request that was sent. */
  readonly requests: string[];
  readonly abort: AbortController;
  readonly deps: Deps;
  /** Ends an access token before its time, as the server sees it. */
  expire(): void;
}

interface ApiBenchOptions {
  readonly sandbox?: Partial<SandboxOptions>;
  readonly exchange?: (inner: Exchange) => Exchange;
  readonly log?: SharedLog;
  readonly event?: string | null;
  readonly kinds?: readonly ('installation' | 'user')[];
  readonly scope?: string;
}

/** Builds a bench; the sandbox allows everything that is asked for. */
export async function apiBench(options: ApiBenchOptions = {}): Promise<ApiBench> {
  const clock = fakeClock();
  const sandbox = createSandbox({ clock, hasAutoConsent: true, ...options.sandbox });
  const integration = integrationOf(sandbox);
  const logins: Login[] = [];
  const sources = new Map<string, TokenSource>();
  for (const kind of options.kinds ?? (['installation', 'user'] as const)) {
    const answer = kind === 'user' ? await integration.loginAsUser() : await integration.login(scopes(options.scope));
    const login = loginOf(answer, kind, clock);
    logins.push(login);
    sources.set(kind, sourceOf(answer, login, integration.refresh, logins));
  }
  const requests: string[] = [];
  const abort = new AbortController();
  const inner: Exchange = async (request) => {
    if (request.signal?.aborted) throw new HttpFailure('aborted', '127.0.0.1:4010', true);
    requests.push(`${request.method} ${request.url.slice(apiBase.length)}`);
    return inMemory(sandbox.exchange)(request);
  };
  const exchange = options.exchange?.(inner) ?? inner;
  const log = options.log ?? loneLog();
  const { deps: base, notices } = memory({
    event: options.event ?? null,
    environment: { api_base: apiBase },
    stdin: '{"from":"stdin"}',
    http: exchange,
  });
  const deps: Deps = {
    ...base,
    clock,
    signal: abort.signal,
    terminal: { ...base.terminal, isStderrTty: false },
    sessions: async () => sessionsOf(logins, sources),
    sharedLog: async () => log,
  };
  return { sandbox, clock, logins, notices, requests, abort, deps, expire: () => clock.advance(3_600_001) };
}

/** All items of a command, and the failure it ended with. */
export async function collect(items: Items): Promise<{ items: Item[]; failure: ReventoError | null }> {
  const found: Item[] = [];
  try {
    for await (const item of items) found.push(item);
    return { items: found, failure: null };
  } catch (error) {
    if (error instanceof ReventoError) return { items: found, failure: error };
    throw error;
  }
}

function scopes(scope: string | undefined): { scope?: string } {
  return scope === undefined ? {} : { scope };
}

function loginOf(answer: Record<string, unknown>, kind: LoginKey['kind'], clock: Clock): Login {
  return {
    kind,
    eventId: String(answer['event_id']),
    organizationId: String(answer['organization_id']),
    userId: null,
    scope: String(answer['scope']).split(' '),
    accessExpiresAt: clock.now() + 3_600_000,
    refreshExpiresAt: null,
    obtainedAt: clock.now(),
    isRenewable: true,
    state: 'active',
    reason: null,
  };
}

/** Tokens that are taken to be good until the server says otherwise, so that its saying so is met. */
function sourceOf(
  answer: Record<string, unknown>,
  login: Login,
  refresh: (token: string) => Promise<{ body: Uint8Array }>,
  logins: Login[],
): TokenSource {
  let access: AccessToken = { token: new Secret(String(answer['access_token'])), expiresAt: null, key: login };
  let refreshToken = String(answer['refresh_token']);
  return {
    current: async () => access,
    async renew() {
      const renewed = JSON.parse(Buffer.from((await refresh(refreshToken)).body).toString('utf8'));
      refreshToken = renewed.refresh_token;
      access = { ...access, token: new Secret(renewed.access_token) };
      return access;
    },
    async markRevoked() {
      const index = logins.indexOf(login);
      if (index >= 0) logins[index] = { ...login, state: 'revoked', reason: 'the server said so' };
    },
  };
}

function sessionsOf(logins: readonly Login[], sources: ReadonlyMap<string, TokenSource>): Sessions {
  const never = async (): Promise<never> => {
    throw new Error('an API command has no business here');
  };
  return {
    keys: async () => logins.map(({ kind, eventId }) => ({ kind, eventId })),
    read: async (key) => logins.find(({ kind, eventId }) => kind === key.kind && eventId === key.eventId) ?? null,
    prepare: never,
    move: never,
    survey: async () => ({ logins, unreadable: [] }),
    source: async (key) => {
      const source = sources.get(key?.kind ?? 'installation');
      if (source === undefined) throw new ReventoError('not_logged_in', 'There is no login.');
      return source;
    },
    bind: never,
    save: never as (grant: Grant) => Promise<Login>,
    forget: never,
    refresh: never,
    protection: never,
  };
}
