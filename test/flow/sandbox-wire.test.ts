import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../src/http/failure.ts';
import { createHttpClient, type HttpClient } from '../../src/platform/http/client.ts';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { parseFault } from '../../src/sandbox/faults/fault.ts';
import { createSandbox, type SandboxEntry } from '../../src/sandbox/server/app.ts';
import { addressOf, freePort, type Hosted, host } from '../../src/sandbox/server/host.ts';
import { sampleEnvelope } from '../../src/webhook/event.ts';
import { sign } from '../../src/webhook/signature.ts';
import { dial, rawExchange } from '../support/http/raw-http.ts';
import { headerOf, integrationOf, jsonOf } from '../support/sandbox/client.ts';
import { until } from '../support/until.ts';

const defects: unknown[] = [];
const serve = createServe((error) => defects.push(error));
const path = '/events/evt_test_published';
const sample = {
  id: 'evt_delivery_1',
  occurredAt: '2026-11-24T12:00:00Z',
  eventId: 'evt_test_published',
  organizationId: 'org_test_formal',
};
let hosted: Hosted | null = null;
let client: HttpClient | null = null;

/** A sandbox on a real port, and an integration that reaches it over the network. */
async function setUp(faults: readonly string[] = [], { hostName = '127.0.0.1', clock = systemClock } = {}) {
  const sandbox = createSandbox({ clock, hasAutoConsent: true, faults: faults.map(parseFault) });
  hosted = await host(sandbox, serve, hostName, 0);
  client = await createHttpClient();
  const { authBase } = hosted;
  const { exchange } = client;
  const overWire = {
    ...sandbox,
    exchange: (request: Parameters<typeof exchange>[0]) => exchange({ ...request, url: authBase + request.url }),
  };
  return { app: integrationOf(overWire), hosted };
}

afterEach(async () => {
  await client?.close();
  await hosted?.close();
  expect(defects).toEqual([]);
});

describe('the sandbox on a socket', () => {
  it('logs in and lists participants', async () => {
    const { app } = await setUp();
    const { access_token: token } = await app.login();
    const response = await app.api(`${path}/participants?limit=10`, token, [['X-Revento-Request-Id', 'a'.repeat(32)]]);
    expect(response.status).toBe(200);
    expect((jsonOf(response)['data'] as unknown[]).length).toBe(10);
    expect(headerOf(response, 'x-revento-request-id')).toBe('a'.repeat(32));
  });

  it.each([
    ['token:drop', 'reset'],
    ['token:lose', 'reset'],
    ['token:cut', 'reset'],
    ['token:cut=0', 'reset'],
  ])('breaks the connection under %s', async (fault, kind) => {
    const { app } = await setUp([fault]);
    const failure = await app.exchangeCode(await app.code()).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(HttpFailure);
    expect(failure).toMatchObject({ kind, isUnsent: false });
  });

  it.each(['api:drop', 'api:cut', 'api:cut=1'])('breaks the connection under %s', async (fault) => {
    const { app } = await setUp([fault]);
    const { access_token: token } = await app.login();
    await expect(app.api(path, token)).rejects.toThrow(HttpFailure);
  });

  it('lets five requests of a token in at once and refuses the sixth', async () => {
    // Those that were let in are answered when the others have been.
    let answerSlow: () => void = () => undefined;
    const refusedAll = new Promise<void>((resolve) => {
      answerSlow = resolve;
    });
    const { app } = await setUp(['api:slow=1s'], { clock: { ...systemClock, sleep: () => refusedAll } });
    const { access_token: token } = await app.login();
    const statuses: number[] = [];
    const call = async () => {
      const { status } = await app.api(path, token);
      if (statuses.push(status) === 3) answerSlow();
    };
    await Promise.all(Array.from({ length: 8 }, call));
    expect(statuses).toEqual([429, 429, 429, 200, 200, 200, 200, 200]);
  });

  it.each(['/', '/api/v1', `/api/v1${path}`, '/nothing', '/oauth/token', '/oauth/authorize'])(
    'answers HEAD %s like GET, without the body',
    async (target) => {
      const { app } = await setUp();
      const { access_token: token } = await app.login();
      const headers = [['Authorization', `Bearer ${token}`]] as const;
      const [get, head] = [await app.send('GET', target, headers), await app.send('HEAD', target, headers)];
      const told = ['content-type', 'content-length', 'allow', 'location'];
      expect([head.status, ...told.map((name) => headerOf(head, name))]).toEqual([
        get.status,
        ...told.map((name) => headerOf(get, name)),
      ]);
      expect([get.body.length > 0, head.body.length]).toEqual([true, 0]);
    },
  );

  it('answers HTTP/1.0 without a Host', async () => {
    const { hosted: running } = await setUp();
    const port = Number(new URL(running.authBase).port);
    const { status, body } = await rawExchange(port, { pieces: ['GET / HTTP/1.0\r\n\r\n'] });
    expect([status, body]).toEqual([200, expect.stringContaining('The sandbox is running')]);
  });

  it.each([
    ['GET /x?code=1 HTTP/1.1\r\nHost: evil.com\r\n\r\n', 421, 'GET', '/x', 'the Host header names another server'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, null, null, 'HTTP/2 preface'],
    [`GET / HTTP/1.1\r\nA: ${'x'.repeat(140_000)}\r\n\r\n`, 431, null, null, 'request head over 128 KB'],
    ['nonsense\r\n\r\n', 400, null, null, 'not readable as HTTP/1.1'],
  ])('reports a request that it refuses unread: %#', async (head, status, method, target, reason) => {
    const entries: SandboxEntry[] = [];
    const sandbox = createSandbox({ clock: systemClock, onEvent: (entry) => entries.push(entry) });
    hosted = await host(sandbox, serve, '127.0.0.1', 0);
    const answer = await rawExchange(Number(new URL(hosted.authBase).port), { pieces: [head] });
    expect(answer.status).toBe(status);
    expect(entries).toEqual([
      expect.objectContaining({
        ...{ type: 'request', method, path: target, status, request_id: null },
        ...{ error: 'refused', message: expect.stringContaining(reason) },
      }),
    ]);
  });

  it.each(['/', '/oauth/authorize'])(
    'shows the page %s to a browser with 100 KB of cookies of localhost',
    async (target) => {
      const { app } = await setUp();
      const cookies = [['Cookie', Array.from({ length: 25 }, (_, at) => `app${at}=${'x'.repeat(4_000)}`).join('; ')]];
      const response = await app.send('GET', target, cookies as [string, string][]);
      expect(response.status).toBe(target === '/' ? 200 : 400);
    },
  );

  it('frees the port immediately, even with open connections', async () => {
    const { hosted: running } = await setUp();
    const port = Number(new URL(running.authBase).port);
    const idle = await dial(port);
    await running.close();
    const next = createServer();
    await new Promise<void>((resolve, reject) => next.once('error', reject).listen(port, '127.0.0.1', resolve));
    expect((next.address() as AddressInfo).port).toBe(port);
    idle.destroy();
    await new Promise((resolve) => next.close(resolve));
  });

  it('serves localhost on both families', async () => {
    const { hosted: running } = await setUp([], { hostName: 'localhost' });
    expect(running.authBase).toMatch(/^http:\/\/localhost:\d+$/);
    const port = Number(new URL(running.authBase).port);
    for (const address of ['127.0.0.1', '::1']) (await dial(port, address)).destroy();
  });

  it('finds a port that is free on both families, and that the system gives to nobody who asks for any', async () => {
    const port = await freePort(serve);
    expect(port).toBeLessThan(32_768);
    const both = await serve({
      host: 'localhost',
      port,
      answer: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    });
    expect(both.port).toBe(port);
    await both.close(0);
  });
});

describe('a delivery over the wire', () => {
  it.each([
    [[], { 'transfer-encoding': undefined, 'content-length': expect.stringMatching(/^\d+$/) }],
    [['webhook:chunked'], { 'transfer-encoding': 'chunked', 'content-length': undefined }],
  ])('with the faults %j arrives whole and correctly signed', async (faults, framing) => {
    const secret = randomBytes(24).toString('hex');
    const received: { headers: IncomingHttpHeaders; chunks: Buffer[] }[] = [];
    const handler = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, chunks });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => handler.listen(0, '127.0.0.1', resolve));
    const { port } = handler.address() as AddressInfo;
    client = await createHttpClient();
    const { deliveries, close } = createSandbox({
      clock: systemClock,
      faults: faults.map(parseFault),
      webhook: { url: `http://127.0.0.1:${port}/`, secret, send: client.exchange },
    });
    deliveries?.send(sampleEnvelope('application.approved', sample));
    await until(() => received.length === 1 && deliveries?.list()[0]?.state === 'delivered', 'it was delivered');
    close();
    handler.close();
    const [{ headers, chunks } = { headers: {}, chunks: [] }] = received;
    expect(headers).toMatchObject({ 'x-revento-event': 'application.approved' });
    for (const [name, value] of Object.entries(framing)) expect(headers[name]).toEqual(value);
    const body = Buffer.concat(chunks);
    const timestamp = `${headers['x-revento-timestamp']}`;
    expect(headers['x-revento-signature']).toBe(sign(secret, timestamp, body));
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({ type: 'application.approved' });
  });
});

describe('the address of a sandbox', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:4010'],
    ['localhost', 'http://localhost:4010'],
    ['::1', 'http://[::1]:4010'],
    ['0.0.0.0', 'http://127.0.0.1:4010'],
    ['::', 'http://[::1]:4010'],
  ])('on %s is %s', (hostName, authBase) => {
    expect(addressOf(hostName, 4010)).toEqual({ authBase, apiBase: `${authBase}/api/v1` });
  });
});
