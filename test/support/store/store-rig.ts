import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionOptions } from '../../../src/auth/session/renewal.ts';
import { createSessions } from '../../../src/auth/session/session.ts';
import type { Grant, Login } from '../../../src/login/login.ts';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import { type OpenVault, openVault } from '../../../src/platform/store/vault.ts';
import type { Exchange, HttpResponse } from '../../../src/ports/exchange.ts';
import type { Sessions } from '../../../src/ports/sessions.ts';
import type { KeySource } from '../../../src/ports/store.ts';
import { Redactor, Secret } from '../../../src/text/secret.ts';
import { fakeClock } from '../fake-clock.ts';

/** A token no other test has. */
export function freshToken(kind: 'install' | 'refresh' = 'install'): string {
  return `rev_${kind}_${randomBytes(24).toString('base64url')}`;
}

/** A token answer as the server spells it. */
export function tokenAnswer(fields: Record<string, unknown> = {}): HttpResponse {
  const body = {
    access_token: freshToken(),
    refresh_token: freshToken('refresh'),
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_expires_in: 7_776_000,
    ...fields,
  };
  return { status: 200, headers: [['Content-Type', 'application/json']], body: Buffer.from(JSON.stringify(body)) };
}

export function errorAnswer(status: number, error: string, headers: readonly [string, string][] = []): HttpResponse {
  return { status, headers, body: Buffer.from(JSON.stringify({ error })) };
}

/** A store in a directory of its own, with real files, real locks and a clock that the test sets. */
export class StoreRig {
  /** With a blank in it, as a home directory on macOS has. */
  readonly home = mkdtempSync(join(tmpdir(), 'revento store-'));
  readonly clock = fakeClock();
  readonly redactor = new Redactor();
  readonly notices: string[] = [];
  /** Form fields of each token request, in order. */
  readonly requests: URLSearchParams[] = [];
  readonly urls: string[] = [];
  /** Answers of the token endpoint, used up in order; a request without one fails the test. */
  readonly answers: (() => HttpResponse | Promise<HttpResponse>)[] = [];
  readonly configDir = join(this.home, 'config');
  readonly dataDir = join(this.home, 'data');
  readonly rescueDir = join(this.home, 'rescue');

  readonly exchange: Exchange = async (request) => {
    this.urls.push(request.url);
    this.requests.push(new URLSearchParams(Buffer.from(request.body).toString()));
    const answer = this.answers.shift();
    if (!answer) throw new Error('a token request that the test did not expect');
    return answer();
  };

  vault(options: { passphrase?: string | null; preferred?: KeySource } = {}): OpenVault {
    return openVault({
      configDir: this.configDir,
      dataDir: this.dataDir,
      rescueDirs: [this.rescueDir],
      passphrase: options.passphrase ? new Secret(options.passphrase) : null,
      preferred: () => options.preferred ?? 'keyfile',
      keyring: () => Promise.reject(new Error('a keyring that the test did not expect')),
      locks: createLocks(this.clock),
      clock: this.clock,
      notice: (text) => this.notices.push(text),
    });
  }

  /** Sessions as one process has them; each call is another process's. */
  sessions(options: Partial<SessionOptions> = {}): Sessions {
    return createSessions({
      profile: 'default',
      settings: settingsOf({ auth_base: 'https://auth.test', client_id: 'client-1' }),
      vault: options.vault ?? this.vault(),
      exchange: async () => this.exchange,
      clientSecret: async () => null,
      confirmHost: () => Promise.reject(new Error('a question that the test did not expect')),
      accessToken: null,
      clock: this.clock,
      redactor: this.redactor,
      dropLog: async () => undefined,
      uninterrupted: (work) => work(),
      notice: (text) => this.notices.push(text),
      ...options,
    });
  }

  grant(fields: Partial<Grant> = {}): Grant {
    return {
      kind: 'installation',
      eventId: 'evt_1',
      organizationId: `org_${randomUUID().slice(0, 8)}`,
      userId: null,
      scope: ['event.read'],
      accessToken: new Secret(freshToken()),
      refreshToken: new Secret(freshToken('refresh')),
      accessExpiresAt: this.clock.now() + 3_600_000,
      refreshExpiresAt: this.clock.now() + 7_776_000_000,
      ...fields,
    };
  }

  path(name = 'installation-evt_1.json', profile = 'default'): string {
    return join(this.configDir, 'auth', profile, name);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Every login of a store, opened; rejects when one cannot be. */
export async function listOf(sessions: Sessions): Promise<readonly Login[]> {
  const logins: Login[] = [];
  for (const key of await sessions.keys()) {
    const login = await sessions.read(key);
    if (login !== null) logins.push(login);
  }
  return logins;
}

export function settingsOf(values: Readonly<Record<string, string>>, source: 'profile' | 'default' = 'profile') {
  return {
    get: (name: string) => (values[name] === undefined ? null : { value: values[name], source }),
    require: (name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`no ${name}`);
      return value;
    },
  };
}
