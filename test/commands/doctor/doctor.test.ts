import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { doctor } from '../../../src/commands/doctor/doctor.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { Exchange, HttpRequest, Serve } from '../../../src/ports/exchange.ts';
import type { StoreFile } from '../../../src/ports/store.ts';
import { Secret } from '../../../src/text/secret.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { aLogin, memory, run, testNow, type World } from '../../support/command-deps.ts';

interface Row {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

const httpDate = (at: number) => new Date(at).toUTCString();
const answering =
  (date: string, seen: HttpRequest[] = []): Exchange =>
  async (request) => {
    seen.push(request);
    return { status: 401, headers: [['Date', date]], body: new Uint8Array() };
  };
const bound =
  (...addresses: string[]): Serve =>
  async ({ port }) => ({ port, addresses, close: async () => undefined });

/** A machine on which everything is in order. */
const healthy: World = {
  profiles: {
    default: {
      auth_base: 'https://auth.revento.test',
      api_base: 'https://api.revento.test/v1',
      client_id: 'app_1',
    },
  },
  secrets: { default: { client_secret: 'sealed-client-secret', webhook_secret: 'sealed-webhook-secret' } },
  logins: { default: [aLogin()] },
  http: answering(httpDate(testNow)),
  serve: bound('127.0.0.1', '::1'),
};

async function examine(changes: World = {}) {
  const { text, data, status } = await run(doctor, {}, memory({ ...healthy, ...changes }));
  const rows = data[0] as readonly Row[];
  return { text, rows, status, of: (check: string) => rows.filter((row) => row.check === check) };
}

const file = (changes: Partial<StoreFile>): StoreFile => ({
  path: '/config/auth/default/user-evt_a.json',
  role: 'login',
  mode: 0o600,
  isForeign: false,
  isSymbolicLink: false,
  bytes: 400,
  ageMs: 120_000,
  holder: null,
  isAbandoned: false,
  login: null,
  ...changes,
});

describe('doctor', () => {
  it('finds nothing on a machine that is in order, and ends with 0', async () => {
    const { rows, status, text } = await examine();
    expect(rows.filter((row) => row.status !== 'ok' && row.status !== 'skip')).toEqual([]);
    expect(status).toBe(0);
    expect(text).toContain('No problems found.');
  });

  it.each([80, 50, 30])('fits into %i columns, but for words that do not, and loses none', async (width) => {
    const fake = () => memory({ ...healthy, profiles: {}, secrets: {}, logins: {} });
    const [whole, fitted] = [await run(doctor, {}, fake()), await run(doctor, {}, fake(), plainStyle(width))];
    for (const line of fitted.text.split('\n')) {
      if (line.length > width) expect(line.trim()).toMatch(/^(→ )?\S+$/);
    }
    expect(whole.text.split('\n').some((line) => line.length > 100)).toBe(true);
    expect(fitted.text.replace(/\s+/g, ' ')).toBe(whole.text.replace(/\s+/g, ' '));
  });

  it('explains placeholders once, and has a remedy for each', async () => {
    const { of } = await examine({ profiles: {} });
    expect(of('auth_base')[0]?.message).toContain('never resolve');
    expect(of('api_base')).toMatchObject([
      {
        status: 'fail',
        message: 'api.revento.example is a placeholder as well.',
        remedy: 'run: revento config set api_base https://…',
      },
    ]);
  });

  it('ends with 1 when something fails, after everything was looked at', async () => {
    const { rows, status } = await examine({ profiles: { default: { api_base: 'nonsense' } } });
    expect(status).toBe(1);
    expect(rows.map((row) => row.check)).toContain('webhook_secret');
  });

  it('ends with 0 when there is only something to look at', async () => {
    const { rows, status } = await examine({ secrets: {} });
    expect(rows.some((row) => row.status === 'warn')).toBe(true);
    expect(status).toBe(0);
  });

  it.each([
    ['a fresh machine', { profiles: {}, secrets: {}, logins: {} }],
    ['a broken one', { profiles: { default: { api_base: 'x' } }, logins: { default: [aLogin({ state: 'revoked' })] } }],
  ])('gives every warning and failure a remedy: %s', async (_, world) => {
    const { rows } = await examine(world);
    for (const row of rows)
      if (row.status === 'warn' || row.status === 'fail') expect(row.remedy, row.check).toBeTruthy();
  });

  it('gives rows of exactly four fields to machines', async () => {
    const { data } = await run(
      doctor,
      {},
      (() => {
        const fake = memory(healthy);
        return { ...fake, deps: { ...fake.deps, format: 'json' as const } };
      })(),
    );
    for (const row of data) expect(Object.keys(row as object)).toEqual(['check', 'status', 'message', 'remedy']);
  });

  it('goes on after a check that cannot be carried out, and passes on its remedy', async () => {
    const storeFailure = new ReventoError('store_key', 'The key file is gone.', { hint: 'put it back' });
    const { of, status } = await examine({ storeFailure });
    expect(of('login')).toEqual([
      { check: 'login', status: 'fail', message: 'The key file is gone.', remedy: 'put it back' },
    ]);
    expect(of('clock')[0]?.status).toBe('ok');
    expect(status).toBe(1);
  });
});

describe('doctor on settings', () => {
  it.each(['auth_base', 'api_base'])('explains a placeholder host in %s', async (check) => {
    const other = check === 'auth_base' ? { api_base: 'https://api.test' } : { auth_base: 'https://auth.test' };
    const { of } = await examine({ profiles: { default: other } });
    expect(of(check)[0]).toMatchObject({ status: 'fail' });
    expect(of(check)[0]?.message).toContain('names ending in .example never resolve');
    expect(of(check)[0]?.remedy).toContain(`config set ${check} https://`);
  });

  it('asks no placeholder host', async () => {
    const seen: HttpRequest[] = [];
    const { of } = await examine({ profiles: {}, http: answering('', seen) });
    expect(seen).toEqual([]);
    expect(of('API server')[0]?.status).toBe('skip');
  });

  it('notices hosts that do not belong together', async () => {
    const profiles = { default: { ...healthy.profiles?.['default'], auth_base: 'http://localhost:4010' } };
    expect((await examine({ profiles })).of('hosts')[0]?.message).toContain('auth_base is on this machine');
  });

  it('shows secrets masked', async () => {
    const secret = randomBytes(12).toString('hex');
    const secrets = { default: { client_secret: secret, webhook_secret: secret, webhook_secret_previous: secret } };
    const { rows, of } = await examine({ secrets });
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(of('client_secret')[0]?.message).toContain(`${new Secret(secret)}`);
    expect(of('webhook_secret_previous')[0]?.status).toBe('warn');
  });

  it('warns of a range in NO_PROXY that is not one', async () => {
    const variables = { HTTPS_PROXY: 'http://proxy.test:8080', NO_PROXY: '10.0.0.0/8,10.1.0.0/99' };
    const [finding] = (await examine({ variables })).of('proxy');
    expect(finding).toMatchObject({ status: 'warn', message: expect.stringContaining('10.1.0.0/99') });
  });

  it.each([
    ['http://user:hunter2@proxy.test:8080', 'ok', 'proxy.test:8080'],
    ['user:hunter2@proxy.test:8080', 'ok', 'proxy.test:8080'],
    ['ftp://user:hunter2@proxy.test:8080', 'fail', 'HTTPS_PROXY'],
  ])('looks at the proxy without showing its password: %s', async (value, status, message) => {
    const [finding] = (await examine({ variables: { HTTPS_PROXY: value } })).of('proxy');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
    expect(finding?.message).not.toContain('hunter2');
  });

  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'tls', 'fail'],
    ['NODE_DEBUG', 'http', 'debug', 'warn'],
  ])('notices %s=%s', async (name, value, check, status) => {
    expect((await examine({ variables: { [name]: value } })).of(check)[0]?.status).toBe(status);
  });
});

describe('doctor on the store', () => {
  it('says how it is protected and why not better', async () => {
    const [finding] = (await examine()).of('store');
    expect(finding?.message).toContain('/config/auth: encrypted with a key file');
    expect(finding?.remedy).toContain('config set key_store keyring');
  });

  it('warns of a key file that every copy of the settings directory has, as with REVENTO_CONFIG_DIR', async () => {
    const key = (path: string) => ({ inspection: { keyFile: file({ path, role: 'key', bytes: 32 }) } });
    const [beside] = (await examine(key('/config/data/key'))).of('store');
    expect(beside?.status).toBe('warn');
    expect(beside?.message).toContain('not in a copy of that directory');
    expect(beside?.remedy).toContain('set REVENTO_STORE_KEY and run: revento config set key_store passphrase');
    const [apart] = (await examine(key('/config-data/key'))).of('store');
    expect(apart?.status).toBe('ok');
    expect(apart?.message).toContain('protected from other users and in a copy of the settings directory');
  });

  it.each([
    [
      'a login file open to others',
      { files: [file({ mode: 0o644 })] },
      'warn',
      'chmod 600 /config/auth/default/user-evt_a.json',
    ],
    [
      'a directory open to others',
      { directories: [file({ path: '/config', role: 'directory', mode: 0o755 })] },
      'warn',
      'chmod 700 /config',
    ],
    [
      'a directory that is for everybody, without advice to close it',
      { directories: [file({ path: '/tmp', role: 'directory', mode: 0o1777 })] },
      'warn',
      'set REVENTO_CONFIG_DIR to a directory for revento alone',
    ],
    [
      'a key open to others',
      { keyFile: file({ path: '/data/key', role: 'key', bytes: 32, mode: 0o640 }) },
      'fail',
      'chmod 600 /data/key',
    ],
    ["somebody else's file", { files: [file({ isForeign: true })] }, 'warn', 'chown'],
    [
      "somebody else's file in a directory with a blank",
      { files: [file({ path: '/a b/config.json', isForeign: true })] },
      'warn',
      `chown "$USER" '/a b/config.json'`,
    ],
    [
      'a directory with a blank that is open to others',
      { directories: [file({ path: '/a b', role: 'directory', mode: 0o755 })] },
      'warn',
      "chmod 700 '/a b'",
    ],
  ] as const)('notices %s', async (_, inspection, status, remedy) => {
    const [finding] = (await examine({ inspection })).of('permissions');
    expect(finding?.status).toBe(status);
    expect(finding?.remedy).toContain(remedy);
  });

  it('notices a key of the wrong length', async () => {
    const inspection = { keyFile: file({ path: '/data/key', role: 'key', bytes: 31 }) };
    expect((await examine({ inspection })).of('key')[0]).toMatchObject({ status: 'fail' });
  });

  it.each([
    ['cannot be written', { isWritable: false }, 'store'],
    ['is on a full disk', { freeBytes: 4096 }, 'disk'],
  ])('fails when it %s', async (_, inspection, check) => {
    expect((await examine({ inspection })).of(check).at(-1)?.status).toBe('fail');
  });

  const lock = (changes: Partial<StoreFile>) => ({
    files: [file({ role: 'lock', path: '/config/x.lock', ...changes })],
  });
  it.each([
    [
      'of a live process is fine',
      lock({ holder: { pid: 7, host: 'here', liveness: 'alive' } }),
      'ok',
      'held by process 7',
    ],
    [
      'of a dead process is stale',
      lock({ isAbandoned: true, holder: { pid: 7, host: 'here', liveness: 'dead' } }),
      'warn',
      'which has ended',
    ],
    [
      'of another machine may be fine',
      lock({ ageMs: 5_000, holder: { pid: 7, host: 'there', liveness: 'unknown' } }),
      'ok',
      'held on there',
    ],
    [
      'of another machine that is silent is stale',
      lock({ isAbandoned: true, holder: { pid: 7, host: 'there', liveness: 'unknown' } }),
      'warn',
      'last seen 2m',
    ],
    ['without a name may be fine', lock({}), 'ok', 'is held, last seen'],
    ['without a name is stale once it is given up', lock({ isAbandoned: true }), 'warn', 'an unknown process'],
  ] as const)('a lock %s', async (_, inspection, status, message) => {
    const [finding] = (await examine({ inspection })).of('locks');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
  });

  it.each([
    ['successor', 'left by an interrupted refresh'],
    ['rescue', 'could not be written to its usual place'],
    ['temporary', 'left by an interrupted write 2h ago'],
  ] as const)('notices a %s that was left over', async (role, message) => {
    const { of } = await examine({ inspection: { files: [file({ role, ageMs: 7_200_000 })] } });
    expect(of('leftovers')[0]).toMatchObject({ status: 'warn' });
    expect(of('leftovers')[0]?.message).toContain(message);
  });

  it('removes what was left over by a command that a shell reads as one path', async () => {
    const leftover = file({ path: '/a b/evt_a.json.tmp', role: 'temporary', ageMs: 7_200_000 });
    const { of } = await examine({ inspection: { files: [leftover] } });
    expect(of('leftovers')[0]?.remedy).toBe("run: rm '/a b/evt_a.json.tmp'");
  });

  it.each([
    ['the next refresh uses or removes it; run: revento -p ci token refresh --event evt_a --user', true],
    ['to remove it, run: revento -p ci logout --event evt_a --user', false],
  ])('names the command for the login that a copy is of: %s', async (remedy, isWhole) => {
    const login = { profile: 'ci', kind: 'user', eventId: 'evt_a', isWhole } as const;
    const { of } = await examine({ inspection: { files: [file({ role: 'successor', login })] } });
    expect(of('leftovers')[0]).toMatchObject({ status: 'warn', remedy });
  });

  it('takes the successor of a refresh under way for what it is', async () => {
    const held = file({ role: 'lock', holder: { pid: 7, host: 'here', liveness: 'alive' } });
    expect((await examine({ inspection: { files: [held, file({ role: 'successor' })] } })).of('leftovers')).toEqual([]);
  });
});

describe('doctor on logins', () => {
  it.each([
    [
      'a revoked one fails',
      aLogin({ state: 'revoked', reason: 'it was revoked in Revento' }),
      'fail',
      'is revoked: it was revoked in Revento.',
    ],
    [
      'one that cannot be renewed is warned about',
      aLogin({ isRenewable: false }),
      'warn',
      'expires in 42 minutes and cannot be renewed',
    ],
    ['an expired one fails', aLogin({ state: 'expired' }), 'fail', 'is expired: both of its tokens have expired.'],
    [
      'one near its end is warned about',
      aLogin({ refreshExpiresAt: testNow + 3 * 86_400_000 }),
      'warn',
      'expires in 3 days if unused',
    ],
  ] as const)('%s', async (_, login, status, message) => {
    const [finding] = (await examine({ logins: { default: [login] } })).of('login');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
    expect(finding?.remedy).toBe('run: revento login --event evt_a');
  });

  it('warns when there is none', async () => {
    expect((await examine({ logins: {} })).of('login')[0]).toMatchObject({
      status: 'warn',
      remedy: 'run: revento login',
    });
  });

  it('says that REVENTO_ACCESS_TOKEN is in use, masked', async () => {
    const [finding] = (await examine({ environmentToken: 'from-the-environment', logins: {} })).of('login');
    expect(finding?.status).toBe('ok');
    expect(finding?.message).toContain('REVENTO_ACCESS_TOKEN is set ([redacted fp:');
  });
});

describe('doctor on the network', () => {
  it('sends no token to anybody', async () => {
    const seen: HttpRequest[] = [];
    await examine({ http: answering(httpDate(testNow), seen), environmentToken: 'from-the-environment' });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://auth.revento.test/',
      'GET https://api.revento.test/v1',
    ]);
    for (const { headers } of seen) expect(headers.map(([name]) => name)).not.toContain('Authorization');
  });

  it.each([
    [0, 'ok', 'agrees'],
    [20_000, 'ok', 'agrees'],
    [-120_500, 'warn', '2m behind'],
    [120_500, 'warn', '2m ahead of'],
    [3_600_500, 'fail', '1h ahead of'],
  ])('judges a clock that is %d ms off', async (skew, status, message) => {
    const [finding] = (await examine({ http: answering(httpDate(testNow - skew)) })).of('clock');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
  });

  it('says nothing of the clock when no server told its time', async () => {
    expect((await examine({ http: answering('nonsense') })).of('clock')[0]?.status).toBe('skip');
  });

  it('reports a server that cannot be reached', async () => {
    const http: Exchange = async () => {
      throw new HttpFailure('refused', 'api.revento.test:443', true);
    };
    expect((await examine({ http })).of('API server')[0]).toMatchObject({
      status: 'fail',
      message: 'A request to api.revento.test failed: connection refused (api.revento.test:443).',
    });
  });
});

describe('doctor on the callback port', () => {
  const local = (redirectUri: string): World => ({
    profiles: { default: { ...healthy.profiles?.['default'], redirect_uri: redirectUri } },
  });

  it('binds the port of the redirect URI and releases it', async () => {
    const asked: unknown[] = [];
    let isClosed = false;
    const serve: Serve = async ({ host, port }) => {
      asked.push([host, port]);
      return {
        port,
        addresses: ['127.0.0.1', '::1'],
        close: async () => {
          isClosed = true;
        },
      };
    };
    const { of } = await examine({ ...local('http://localhost:8910/cb'), serve });
    expect(asked).toEqual([['localhost', 8910]]);
    expect(isClosed).toBe(true);
    expect(of('callback')[0]?.message).toBe('Port 8910 is free on 127.0.0.1 and ::1.');
  });

  it('warns when only one family is there', async () => {
    expect((await examine({ serve: bound('127.0.0.1') })).of('callback')[0]?.status).toBe('warn');
  });

  it('fails when it is taken, and says how to find out by whom', async () => {
    const serve: Serve = async () => {
      throw new ReventoError('port_busy', 'Port 3000 is taken on ::1.');
    };
    const [finding] = (await examine({ serve })).of('callback');
    expect(finding).toMatchObject({ status: 'fail', message: 'Port 3000 is taken on ::1.' });
    expect(finding?.remedy).toContain('3000');
  });

  it("has nothing to bind for a tunnel's redirect URI", async () => {
    expect((await examine(local('https://tunnel.test/cb'))).of('callback')[0]?.status).toBe('skip');
  });
});

it('says the outcome of every check in a word beside its mark', async () => {
  for (const width of [80, 50]) {
    const { text } = await run(doctor, {}, memory({ ...healthy, logins: {} }), plainStyle(width));
    const marked = text.split('\n').filter((line) => /^[✓!✗-]/.test(line));
    expect(marked.length).toBeGreaterThan(5);
    expect(marked.filter((line) => !/^(✓ ok {2}|! warn|✗ fail|- skip) \S/.test(line))).toEqual([]);
  }
});
