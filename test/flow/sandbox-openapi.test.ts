import { randomBytes } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/process/clock.ts';
import type { HttpRequest } from '../../src/ports/exchange.ts';
import { type OperationName, operations, spread } from '../../src/sandbox/control/operations.ts';
import { parseFault } from '../../src/sandbox/faults/fault.ts';
import { openApiDocument } from '../../src/sandbox/openapi/document.ts';
import { resourceSchemas } from '../../src/sandbox/openapi/resources.ts';
import { readRoutes } from '../../src/sandbox/read-api/read-api.ts';
import { createSandbox, type SandboxOptions } from '../../src/sandbox/server/app.ts';
import { eventTypes } from '../../src/webhook/event.ts';
import { integrationOf, jsonOf } from '../support/sandbox/client.ts';
import { OpenApiCheck } from '../support/sandbox/openapi-check.ts';

const document = openApiDocument('/');
const check = new OpenApiCheck(document);
const key = randomBytes(24).toString('hex');
const names = Object.keys(operations) as OperationName[];

/** A sandbox whose every answer is held to the document. */
function setUp({
  faults = [],
  ...options
}: Omit<Partial<SandboxOptions>, 'faults'> & { faults?: readonly string[] } = {}) {
  const received: unknown[] = [];
  const sandbox = createSandbox({
    clock: systemClock,
    hasAutoConsent: true,
    controlKey: key,
    faults: faults.map(parseFault),
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      send: async ({ body }: HttpRequest) => {
        received.push(JSON.parse(Buffer.from(body).toString('utf8')));
        return { status: 204, headers: [], body: new Uint8Array() };
      },
    },
    ...options,
  });
  const held = {
    ...sandbox,
    exchange: async (request: HttpRequest) => {
      const answer = await sandbox.exchange(request);
      check.holds(request.method, request.url, answer);
      return answer;
    },
  };
  const app = integrationOf(held);
  const control = (name: OperationName, params: object = {}) => {
    const { path, body } = spread(name, params as never);
    const { method } = operations[name];
    const text = method === 'POST' ? JSON.stringify(body) : '';
    return app.send(method, `/_sandbox/v1${path}`, [['Authorization', `Bearer ${key}`]], text);
  };
  return { sandbox, app, control, received };
}

it('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect({ valid, errors: valid ? [] : errors }).toEqual({ valid: true, errors: [] });
});

it('the sandbox serves it to clients with the key', async () => {
  const { control, app } = setUp();
  expect(jsonOf(await control('openapi'))).toEqual(JSON.parse(JSON.stringify(document)));
  expect((await app.get('/_sandbox/v1/openapi.json')).status).toBe(403);
});

it.each([
  ['a status', { status: 418, headers: [], body: '{}' }],
  ['a body', { status: 200, headers: [['Content-Type', 'application/json']], body: '{"access_token":5}' }],
  ['a type', { status: 200, headers: [['Content-Type', 'text/html']], body: '' }],
  ['a code', { status: 400, headers: [['Content-Type', 'application/json']], body: '{"error":"odd"}' }],
  ['a missing header', { status: 401, headers: [['Content-Type', 'application/json']], body: '{}' }],
] as const)('an answer with %s that it does not describe is noticed', (_what, { body, ...answer }) => {
  const held = () => new OpenApiCheck(document).holds('POST', '/oauth/token', { ...answer, body: Buffer.from(body) });
  expect(held).toThrow();
});

describe('the document says what OAuth answers', () => {
  it('to authorization requests', async () => {
    const { app } = setUp();
    await app.authorize();
    await app.authorize({ scope: 'nonsense' });
    await app.authorize({ client_id: 'unknown' });
    await setUp({ hasAutoConsent: false }).app.authorize();
    expect(check.unseen('/oauth/authorize')).toEqual([]);
  });

  it('to token requests', async () => {
    const { app } = setUp();
    const { refresh_token: token } = await app.login();
    await app.loginAsUser();
    await app.refresh(`${token}`, { scope: 'event.read nonsense' });
    await app.refresh(`${token}`);
    await app.refresh(`${token}`);
    await app.token({ grant_type: 'password' });
    await app.token({ grant_type: 'refresh_token' });
    await app.token({ client_secret: 'wrong', grant_type: 'refresh_token' });
    await app.send('POST', '/oauth/token', [
      ['Authorization', 'Basic eDp5'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
    ]);
    const failing = setUp({ faults: ['token:503x1'] }).app;
    await failing.exchangeCode(await failing.code());
    expect(check.unseen('/oauth/token')).toEqual([]);
  });
});

describe.each(readRoutes)('the document says what $path answers', ({ path, kind }) => {
  const own = path.replace('{event_id}', 'evt_test_published');
  const isOfUser = kind === 'user';

  it('in every case', async () => {
    const { app, control } = setUp();
    const [installation, user] = [await app.login(), await app.loginAsUser()];
    const [fitting, other] = isOfUser ? [user, installation] : [installation, user];
    const narrow = await app.login({ scope: isOfUser ? 'profile.read' : 'event.read' });
    await app.api(own, fitting['access_token']);
    await app.api(`${own}?limit=3`, fitting['access_token']);
    await app.api(`${own}?limit=51`, fitting['access_token']);
    await app.api(own, other['access_token']);
    await app.api(own, narrow['access_token']);
    await app.api(own.replace('evt_test_published', 'evt_other'), fitting['access_token']);
    await app.api(own, 'unknown');
    for (let i = 0; i < 30; i++) await app.api(own, fitting['access_token']);
    await control('advance', { ms: 2 * 3_600_000 });
    await app.api(own, fitting['access_token']);
    await control('revoke', { kind });
    await app.api(own, fitting['access_token']);

    const failing = setUp({ faults: ['api:503x1', 'api:slow=100ms'], hasRateLimits: true }).app;
    const { access_token: token } = await (isOfUser ? failing.loginAsUser() : failing.login());
    await failing.api(own, token);
    await Promise.all(Array.from({ length: 7 }, () => failing.api(own, token)));
    // The required scope of a kind is in every token of it, so no such token lacks it.
    const isRequired = path === '/events/{event_id}' || path === '/me/profile';
    const never = [
      ...(isRequired ? [`get /api/v1${path} 403 insufficient_scope`] : []),
      // Of a path without a schema it is not known whether it is a list.
      ...(path in resourceSchemas ? [] : [`get /api/v1${path} 400`, `get /api/v1${path} 400 validation_error`]),
    ];
    const unseen = check.unseen(`/api/v1${path}`).filter((one) => one.startsWith(`get /api/v1${path} `));
    expect(unseen.filter((one) => !never.includes(one))).toEqual([]);
  });
});

describe('the document says what operations answer', () => {
  it.each(names)('%s: to its example, without the key, and to nonsense', async (name) => {
    const { app, control } = setUp();
    const { params, after } = operations[name].example as (typeof operations)['redeliver']['example'];
    const first = after && jsonOf(await control(after.operation as OperationName, after.params));
    const id = (first?.['delivery'] as { readonly delivery_id: string } | undefined)?.delivery_id;
    const given = { ...params, ...(id !== undefined && { delivery_id: id }) };
    expect((await control(name, given)).status).toBe(operations[name].status);
    await control(name, { ...given, nonsense: 1 });
    const { path } = spread(name, { delivery_id: 'unknown', ...given } as never);
    await app.send(operations[name].method, `/_sandbox/v1${path}`);
  });
});

describe('the document says what is delivered', () => {
  it.each(eventTypes.map(({ type }) => type))('%s', async (type) => {
    const { sandbox, control, received } = setUp();
    await control('do', { action: 'connect' });
    const answer = jsonOf(await control('trigger', { type }));
    await sandbox.deliveries?.settled();
    await control('advance', { ms: 60_000 });
    expect(answer).toHaveProperty('delivery');
    const envelope = received.find((one) => (one as { readonly type: string }).type === type);
    check.delivered(type, envelope);
  });
});
