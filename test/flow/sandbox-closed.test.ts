import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { type OperationName, operations, spread } from '../../src/sandbox/control/operations.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/server/app.ts';
import { type Hosted, host } from '../../src/sandbox/server/host.ts';
import { type RawAnswer, rawExchange } from '../support/http/raw-http.ts';
import { encode } from '../support/sandbox/client.ts';

const key = randomBytes(24).toString('hex');
const bearer = `Authorization: Bearer ${key}`;
const json = 'Content-Type: application/json';
const names = Object.keys(operations) as OperationName[];
/** What a browser adds to a request of a page somewhere else. */
const foreign = 'Origin: https://evil.example';

const defects: unknown[] = [];
let sandbox: Sandbox;
let hosted: Hosted;
let port: number;
let before: unknown;

beforeAll(async () => {
  sandbox = createSandbox({
    clock: systemClock,
    controlKey: key,
    webhook: {
      url: 'http://127.0.0.1:9/',
      secret: key,
      send: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    },
  });
  hosted = await host(
    sandbox,
    createServe((error) => defects.push(error)),
    '127.0.0.1',
    0,
  );
  port = Number(new URL(hosted.authBase).port);
  before = state();
});
afterAll(async () => {
  await hosted.close();
  // After every attack of this file: nothing has changed, and nothing has gone wrong inside.
  expect(state()).toEqual(before);
  expect(defects).toEqual([]);
});

const state = () => {
  const { clock, ...rest } = sandbox.save();
  return { ...rest, isHeld: clock.held_at !== null, isAhead: clock.ahead_ms > 0 };
};

interface Raw {
  readonly host?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** Sends a request as it stands. */
function ask(
  line: string,
  { host: name = `127.0.0.1:${port}`, headers = [], body = '' }: Raw = {},
): Promise<RawAnswer> {
  const lines = [
    `${line} HTTP/1.1`,
    ...(name === null ? [] : [`Host: ${name}`]),
    ...headers,
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    'Connection: close',
  ];
  return rawExchange(port, { pieces: [`${lines.join('\r\n')}\r\n\r\n${body}`] });
}

/** The request of an operation's example, as a program with the key sends it. */
function requestOf(name: OperationName) {
  const { method, example } = operations[name];
  const { path, body } = spread(name, { delivery_id: 'unknown', ...example.params } as never);
  const line = `${method} /_sandbox/v1${path}`;
  return method === 'GET' ? { line, body: '', declared: [] } : { line, body: JSON.stringify(body), declared: [json] };
}

const pages = [
  ...['GET /', 'GET /oauth/authorize', 'POST /oauth/consent', 'POST /oauth/token', 'GET /api/v1', 'GET /favicon.ico'],
  ...['GET /api/v1/me/profile', 'GET /api/v1/events/evt_test_published', 'GET /nothing', 'GET /_sandbox/v1'],
];

describe('a page whose name leads to this machine (DNS rebinding)', () => {
  const strangers = [
    'evil.com',
    'localhost.evil.com',
    '127.0.0.1.evil.com',
    'evil.com.',
    'a.localhost.co',
    '127.0.0.1@evil.com',
  ];

  it.each(strangers)('reaches no page and no operation as %s', async (name) => {
    for (const line of [...pages, ...names.map((one) => requestOf(one).line)]) {
      const answer = await ask(line, { host: `${name}:${port}`, headers: [bearer, json] });
      expect([line, answer.status]).toEqual([line, 421]);
      expect(answer.body).not.toContain('evt_');
    }
  });

  it.each([
    ...['', ' ', '[', ']', '[::1', '::', ':', '%00', 'a b', '127.0.0.1:99999999', 'localhost:4010:4010', '\u00ff'],
    ...['[::1].evil.com', 'x'.repeat(5_000)],
  ])('is turned away with the malformed Host %.20s, and the next request is answered', async (name) => {
    for (const line of ['GET /', requestOf('status').line]) {
      expect((await ask(line, { host: name, headers: [bearer] })).status).toBeOneOf([400, 421]);
    }
    expect((await ask('GET /')).status).toBe(200);
  });

  it('does not get by with a second Host, or a target in absolute form', async () => {
    const two = await ask('GET /_sandbox/v1/status', { headers: ['Host: evil.com', bearer] });
    expect(two.status).toBeOneOf([400, 421]);
    expect((await ask(`GET http://evil.com/_sandbox/v1/status`, { headers: [bearer] })).status).toBe(421);
    expect((await ask('GET http://evil.com/')).status).toBe(421);
    const own = await ask(`GET http://127.0.0.1:${port}/_sandbox/v1/status`, { headers: [bearer] });
    expect(own.status).toBe(200);
  });
});

describe.each(names)('%s', (name) => {
  const { line, body, declared } = requestOf(name);

  it.each([
    ...['https://evil.example', 'null', 'http://localhost:3000', 'http://127.0.0.1:4010', 'file://', '', '%', 'a b'],
  ])('is refused to the origin %j, whatever its key', async (origin) => {
    const answer = await ask(line, { headers: [bearer, ...declared, `Origin: ${origin}`], body });
    expect(answer.status).toBe(403);
  });

  it('is refused to its own origin as well: the sandbox has no page that uses it', async () => {
    const headers = [bearer, ...declared, `Origin: http://127.0.0.1:${port}`, 'Sec-Fetch-Site: same-origin'];
    expect((await ask(line, { headers, body })).status).toBe(403);
  });

  it.each(['cross-site', 'same-site', 'none, cross-site', 'Same-Origin', ''])(
    'is refused with Sec-Fetch-Site %j',
    async (site) => {
      const headers = [bearer, ...declared, `Sec-Fetch-Site: ${site}`];
      expect((await ask(line, { headers, body })).status).toBe(403);
    },
  );

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'text/plain;charset=UTF-8',
  ])('does nothing for a simple request: %s', async (type) => {
    const target = line.replace(/^\w+/, 'POST');
    for (const headers of [[foreign], ['Origin: null'], []]) {
      const answer = await ask(target, { headers: [...headers, `Content-Type: ${type}`], body: body || 'a=b' });
      expect(answer.status).toBe(403);
    }
    if (!line.startsWith('POST')) return;
    const withKey = await ask(target, { headers: [bearer, `Content-Type: ${type}`], body });
    expect([withKey.status, JSON.parse(withKey.body)]).toMatchObject([415, { error: 'unsupported_media_type' }]);
  });

  it('needs the key', async () => {
    for (const shown of [
      [],
      ['Authorization: Bearer '],
      ['Authorization: Bearer x'],
      [`Authorization: Basic ${key}`],
      [`Cookie: key=${key}`],
    ]) {
      expect((await ask(line, { headers: [...shown, ...declared], body })).status).toBe(403);
    }
    const inQuery = `${line}${line.includes('?') ? '&' : '?'}access_token=${key}&key=${key}`;
    expect((await ask(inQuery, { headers: declared, body })).status).toBe(403);
  });

  it('grants nothing to a preflight', async () => {
    const asked = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization,content-type'];
    const answer = await ask(line.replace(/^\w+/, 'OPTIONS'), { headers: [foreign, ...asked] });
    expect(answer.status).toBe(403);
    expect(answer.head).not.toMatch(/access-control/i);
  });
});

describe('another spelling of a path', () => {
  const spellings = [
    ...['//_sandbox/v1/status', '/./_sandbox/v1/status', '/x/../_sandbox/v1/status', '/_sandbox//v1/status'],
    ...[
      '/_sandbox/v1//status',
      '/_sandbox/v1/./status',
      '/_sandbox/v1/x/../status',
      '/_sandbox/%2e%2e/_sandbox/v1/status',
    ],
    ...['/%5fsandbox/v1/status', '/_sandbox%2fv1%2fstatus', '/_sandbox/v1%2fstatus', '/_sandbox/v1/%73tatus'],
    ...[
      '/_SANDBOX/v1/status',
      '/_sandbox/V1/status',
      '/_sandbox/v1/status/',
      '/_sandbox/v1/status;x',
      '\\_sandbox\\v1\\status',
    ],
    ...[
      '/api/v1/../../_sandbox/v1/status',
      '/_sandbox/v1/status%00',
      '/_sandbox/v1/status%20',
      '/\t/_sandbox/v1/status',
    ],
    ...[
      '/oauth/authorize/../../_sandbox/v1/status',
      '/_sandbox/v1\\status',
      '/_sandbox\\v1/status',
      '/_sandbox/v1/status#x',
    ],
    ...['http:/_sandbox/v1/status', '*', '/_sandbox/v1/faults/../status', '/_sandbox/v1/..;/v1/status'],
  ];

  it.each(spellings)('%s does not pass the guard', async (path) => {
    const isServed = (answer: RawAnswer) => answer.body.includes('started_at');
    expect(isServed(await ask(`GET ${path}`))).toBe(false);
    expect(isServed(await ask(`GET ${path}`, { headers: [bearer, foreign] }))).toBe(false);
    // The one who has the key gets what the path is, by one reading: nothing, or an operation that the guard has seen.
    const withKey = await ask(`GET ${path}`, { headers: [bearer] });
    if (isServed(withKey)) expect((await ask(`GET ${path}`)).status).toBe(403);
    expect(withKey.status).toBeOneOf([200, 400, 401, 404]);
  });

  it.each([
    'http://127.0.0.1/x/../_sandbox/v1/status',
    'http://127.0.0.1/%2e%2e/_sandbox/v1/status',
    'HTTP://127.0.0.1\\_sandbox\\v1\\status',
  ])('in absolute form, %s, is guarded as what it is normalized to', async (target) => {
    const [open, withKey] = [await ask(`GET ${target}`), await ask(`GET ${target}`, { headers: [bearer] })];
    expect([open.status, withKey.status]).toBeOneOf([
      [403, 200],
      [404, 404],
      [400, 400],
      [421, 421],
    ]);
  });
});

describe('a page of the sandbox', () => {
  it.each(pages)('%s lets no other page read it or frame it', async (line) => {
    for (const headers of [[foreign], [foreign, 'Sec-Fetch-Site: cross-site'], []]) {
      const answer = await ask(line, { headers });
      expect(answer.head).not.toMatch(/^access-control-/im);
      expect(answer.head).not.toMatch(/^set-cookie/im);
      if (!/text\/html/.test(answer.head)) continue;
      expect(answer.head).toMatch(/^x-frame-options: DENY/im);
      expect(answer.head).toMatch(/^content-security-policy: .*frame-ancestors 'none'/im);
    }
  });

  it.each(['%', '[', 'a b', 'http://', '\u00ff', 'x'.repeat(5_000)])(
    'survives the malformed Origin %.20s',
    async (origin) => {
      for (const line of pages)
        await ask(line, { headers: [`Origin: ${origin}`], body: line.startsWith('POST') ? 'a=b' : '' });
      expect((await ask('GET /')).status).toBe(200);
    },
  );

  it('takes no consent from the form of another page', async () => {
    const query = encode({
      ...{ response_type: 'code', client_id: sandbox.clients[0]?.id ?? '', scope: 'event.read', state: 's' },
      ...{ redirect_uri: sandbox.clients[0]?.redirectUris[0] ?? '', event_id: sandbox.eventId },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    });
    const page = await ask(`GET /oauth/authorize?${query}`);
    const transaction = /name="transaction" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(transaction).not.toBe('');
    const form = {
      headers: ['Content-Type: application/x-www-form-urlencoded'],
      body: encode({ transaction, decision: 'allow' }),
    };
    for (const from of [
      foreign,
      `Origin: http://127.0.0.1:3000`,
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Site: same-site',
    ]) {
      const answer = await ask('POST /oauth/consent', { ...form, headers: [...form.headers, from] });
      expect([from, answer.status]).toEqual([from, 400]);
    }
    const ownOrigin = {
      ...form,
      headers: [...form.headers, `Origin: http://evil.com:${port}`],
      host: `evil.com:${port}`,
    };
    expect((await ask('POST /oauth/consent', ownOrigin)).status).toBe(421);
  });
});
