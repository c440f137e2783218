import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlRefusal } from '../../src/console/control-port.ts';
import { askable } from '../../src/console/model/wire.ts';
import { createConsolePage } from '../../src/console/page.ts';
import { createConsoleRoutes } from '../../src/console/routes.ts';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import type { Control } from '../../src/sandbox/control/control.ts';
import { Refusal } from '../../src/sandbox/control/refusal.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/server/app.ts';
import { type Hosted, host } from '../../src/sandbox/server/host.ts';
import { type RawAnswer, rawExchange } from '../support/http/raw-http.ts';
import { closeHandlers, handler } from '../support/webhook/handler.ts';

const controlKey = randomBytes(24).toString('hex');
const webhookSecret = `whsec_${randomBytes(24).toString('hex')}`;
let sandbox: Sandbox;
let hosted: Hosted;
let port: number;
let key: string;
let loaded: string[];
const defects: unknown[] = [];

beforeEach(async () => {
  sandbox = createSandbox({
    clock: systemClock,
    controlKey,
    webhook: {
      url: 'http://127.0.0.1:9/',
      secret: webhookSecret,
      send: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    },
  });
  const control = sandbox.control as Control;
  const page = createConsolePage(systemClock);
  ({ key } = page);
  loaded = [];
  const beside = page.serve({
    assets: async () => {
      loaded.push('assets');
      return { html: '<h1>console</h1>', script: '', style: '', icon: '' };
    },
    plain: async () => '<h1>list</h1>',
    routes: async () => {
      loaded.push('routes');
      return createConsoleRoutes({
        clock: systemClock,
        address: hosted.authBase,
        command: 'revento sandbox',
        scenarios: async () => [],
        begin: async () => null,
        onRotated: async () => undefined,
        control: {
          ask: async (name, params) => {
            try {
              return await control.do(name, params);
            } catch (error) {
              throw error instanceof Refusal ? new ControlRefusal(error.status, error.code, error.message) : error;
            }
          },
        },
      });
    },
  });
  hosted = await host(
    sandbox,
    createServe((error) => defects.push(error)),
    '127.0.0.1',
    0,
    beside,
  );
  port = Number(new URL(hosted.authBase).port);
});
afterEach(async () => {
  await hosted.close();
  expect(defects.splice(0)).toEqual([]);
});

interface Raw {
  readonly line?: string;
  readonly host?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
}

const auth = () => `Authorization: Bearer ${key}`;
const json = 'Content-Type: application/json';

/** A request as the page sends it, with the changes a test wants. */
const ask = ({ line = 'GET /console/facts', host: name = `127.0.0.1:${port}`, headers, body = '' }: Raw) => {
  const lines = [
    `${line} HTTP/1.1`,
    ...(name === null ? [] : [`Host: ${name}`]),
    ...(headers ?? [auth()]),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    'Connection: close',
  ];
  return rawExchange(port, { pieces: [`${lines.join('\r\n')}\r\n\r\n${body}`] });
};
const operate = (operation: string, params: object = {}, more: Partial<Raw> = {}): Promise<RawAnswer> =>
  ask({ line: 'POST /console/ask', headers: [auth(), json], body: JSON.stringify({ operation, params }), ...more });

describe('where a request for the console comes from', () => {
  it.each([
    'evil.example',
    'localhost.evil.example',
    'sandbox',
    'sandbox.internal',
    'localhost.',
    'LOCALHOST',
    '0.0.0.0',
    '127.1',
    '[::ffff:127.0.0.1]',
    '',
  ])('the name %s is refused before anything else, although the API may have it', async (name) => {
    // As after DNS rebinding, where the browser takes both for one origin.
    const headers = [auth(), json, `Origin: http://${name}:${port}`, 'Sec-Fetch-Site: same-origin'];
    for (const line of ['GET /console', 'GET /console/page.js', 'GET /console/facts', 'POST /console/ask']) {
      expect((await ask({ line, host: `${name}:${port}` })).status).toBe(421);
      expect((await ask({ line, host: `${name}:${port}`, headers })).status).toBe(421);
    }
    expect(loaded).toEqual([]);
  });

  it.each(['localhost', '127.0.0.1', '[::1]'])('the name %s is one of three', async (name) => {
    expect((await ask({ host: `${name}:${port}` })).status).toBe(200);
  });

  it.each(['http://evil.example', 'null', 'http://localhost', 'not an origin', ''])(
    'the origin %s is refused',
    async (origin) => {
      expect((await ask({ headers: [auth(), `Origin: ${origin}`] })).status).toBe(403);
      expect(
        (await operate('do', { action: 'suspend' }, { headers: [auth(), json, `Origin: ${origin}`] })).status,
      ).toBe(403);
      expect(sandbox.happenings).toEqual([]);
    },
  );

  it.each(['cross-site', 'same-site'])('Sec-Fetch-Site: %s reaches the first page only', async (site) => {
    const headers = [auth(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate'];
    expect((await ask({ line: 'GET /console', headers })).status).toBe(200);
    for (const line of ['GET /console/page.js', 'GET /console/facts', 'GET /console/events']) {
      expect((await ask({ line, headers })).status).toBe(403);
    }
  });

  it('no WebSocket is opened, to whomever', async () => {
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    for (const origin of ['http://evil.example', `http://127.0.0.1:${port}`]) {
      const { status, head } = await ask({ line: 'GET /console/events', headers: [`Origin: ${origin}`, ...upgrade] });
      expect([401, 403]).toContain(status);
      expect(head).not.toMatch(/^upgrade:/im);
    }
  });

  it('a malformed name or origin is refused, and the console still answers', async () => {
    for (const odd of ['[', '[::1', '%', 'http://', 'a b', ':::', `localhost:${port}:1`, 'x'.repeat(4_000)]) {
      expect([400, 421]).toContain((await ask({ host: odd })).status);
      expect([400, 403]).toContain((await ask({ headers: [auth(), `Origin: ${odd}`] })).status);
    }
    expect((await ask({})).status).toBe(200);
  });

  it('no operation takes an address to ask or to send to', async () => {
    const { got, url } = await handler();
    for (const operation of askable)
      await operate(operation, { url, webhook_url: url, to: url, action: url, type: url });
    await ask({ line: 'POST /console/scenario', headers: [auth(), json], body: JSON.stringify({ name: url }) });
    await closeHandlers();
    expect(got).toEqual([]);
  });

  const otherForms = [
    '/console//facts',
    '/console/%66acts',
    '/console/facts/',
    '/console/facts?',
    '/console/x/../facts',
  ];
  it.each([...otherForms, '//console/facts', '/%63onsole/facts', '/console%2Ffacts', '/CONSOLE/facts'])(
    'another form of the path, %s, leads nowhere',
    async (path) => {
      const { status, body } = await ask({ line: `GET ${path}` });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('"actions"');
    },
  );
});

describe('the key of the console', () => {
  it('is needed for everything that holds data, and is not the key of the control API', async () => {
    for (const headers of [
      [],
      ['Authorization: Bearer wrong'],
      [`Authorization: Bearer ${controlKey}`],
      [`Cookie: key=${key}`],
      [auth(), auth()],
    ]) {
      for (const line of ['GET /console/facts', 'GET /console/events', `GET /console/facts?key=${key}`]) {
        expect((await ask({ line, headers })).status).toBe(401);
      }
      expect((await operate('status', {}, { headers: [...headers, json] })).status).toBe(401);
    }
    expect(loaded).toEqual([]);
  });

  it('does not open the control API', async () => {
    expect((await ask({ line: 'GET /_sandbox/v1/status' })).status).toBe(403);
  });

  it('is in no file of the page, and no answer sets a cookie or lets another origin read', async () => {
    for (const line of ['GET /console', 'GET /console/page.js', 'GET /console/facts', 'GET /console/nothing']) {
      const { head, body } = await ask({ line });
      expect(head + body).not.toContain(key);
      expect(head).not.toMatch(/^(?:set-cookie|access-control-)/im);
      expect(head).toMatch(/^content-security-policy: default-src 'none';.*require-trusted-types-for 'script'/im);
      expect(head).toMatch(/^cache-control: no-store/im);
    }
  });
});

describe('the list without script', () => {
  const basic = (password: string) => `Authorization: Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

  it('asks for the key as a password, and takes nothing else', async () => {
    const line = 'GET /console/list';
    expect((await ask({ line, headers: [basic(key)] })).body).toContain('list');
    for (const headers of [[], [auth()], [basic('wrong')], [basic(controlKey)]]) {
      const { status, head } = await ask({ line, headers });
      expect([status, /^www-authenticate: Basic/im.test(head)]).toEqual([401, true]);
    }
    expect((await ask({ line, headers: [basic(key), 'Origin: http://evil.example'] })).status).toBe(403);
    expect((await ask({ line: 'POST /console/list', headers: [basic(key), json], body: '{}' })).status).toBe(405);
  });

  it('opens nothing else by a password', async () => {
    for (const line of ['GET /console/facts', 'GET /console/events']) {
      expect((await ask({ line, headers: [basic(key)] })).status).toBe(401);
    }
  });
});

describe('what the page can do', () => {
  it('nothing by GET, and nothing that is not declared as JSON', async () => {
    expect((await ask({ line: 'GET /console/ask' })).status).toBe(405);
    expect((await ask({ line: 'GET /console/step' })).status).toBe(405);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; boundary=x']) {
      const headers = [auth(), `Content-Type: ${type}`];
      expect((await operate('do', { action: 'suspend' }, { headers })).status).toBe(415);
    }
    expect(sandbox.happenings).toEqual([]);
  });

  it.each(['login', 'save', 'log', 'happenings', '__proto__', 'constructor', ''])(
    'not ask for %s, which gives back a secret or is not an operation',
    async (operation) => {
      expect((await operate(operation)).status).toBe(400);
    },
  );

  it('act, and see the command and the curl that do the same', async () => {
    const { status, body } = await operate('do', { action: 'suspend' });
    expect([status, sandbox.happenings.length]).toEqual([200, 1]);
    const { result, shown } = JSON.parse(body);
    expect(result.happened[0].happening.action).toBe('suspend');
    expect(shown.command).toBe('revento sandbox do suspend');
    expect(shown.curl).toContain('$REVENTO_SANDBOX_KEY');
  });

  it('read why something is refused, with what it was', async () => {
    const { status, body } = await operate('do', { action: 'reinstate' });
    expect(status).toBe(409);
    expect(JSON.parse(body)).toMatchObject({
      error: { code: 'nobody_fits', message: expect.stringMatching(/^No .*\.$/) },
      shown: { command: 'revento sandbox do reinstate' },
    });
  });

  it('never see a secret or a token, whatever it asks for', async () => {
    await operate('rotate');
    const person = { action: 'apply', set: { first_name: `rev_refresh_${'a'.repeat(43)}` } };
    const answers = await Promise.all([
      operate('do', person),
      operate('rotate'),
      ...['status', 'applications', 'consents', 'logins', 'budgets', 'faults', 'deliveries', 'audit', 'clock'].map(
        (name) => operate(name),
      ),
      ask({}),
    ]);
    const secrets = [controlKey, webhookSecret, ...sandbox.clients.flatMap(({ secret }) => secret ?? [])];
    expect(JSON.parse(answers[1]?.body ?? '').result).toEqual({ rotating: true });
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      for (const secret of secrets) expect(body).not.toContain(secret);
      expect(body).not.toMatch(/(?:rev_(?:install|user|refresh)|whsec)_\w{8}/);
    }
  });
});
