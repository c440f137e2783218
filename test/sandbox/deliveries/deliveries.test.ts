import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../src/http/failure.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { HttpRequest, HttpResponse } from '../../../src/ports/exchange.ts';
import { Deliveries } from '../../../src/sandbox/deliveries/deliveries.ts';
import type { DeliveryEntry } from '../../../src/sandbox/deliveries/delivery.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { FaultPlan } from '../../../src/sandbox/faults/fault-plan.ts';
import { createSandbox, type SandboxEntry } from '../../../src/sandbox/server/app.ts';
import { sampleEnvelope } from '../../../src/webhook/event.ts';
import { verify } from '../../../src/webhook/signature.ts';
import { brokenServers, oddAnswers, saying, serving } from '../../support/broken-servers.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox-client.ts';

const secret = randomBytes(24).toString('hex');
const key = randomBytes(24).toString('hex');
type Reply = number | 'refused';

/** A sandbox that sends to a handler which answers as told, then with 204. */
function setUp(replies: readonly Reply[] = [], { faults = [] as string[], retryScale = 1 } = {}) {
  const clock = fakeClock();
  const waits: number[] = [];
  const received: (HttpRequest & { at: number })[] = [];
  const entries: SandboxEntry[] = [];
  const left = [...replies];
  const sleep: typeof clock.sleep = (ms, signal) => {
    waits.push(ms);
    return clock.sleep(ms, signal);
  };
  const sandbox = createSandbox({
    clock: { ...clock, sleep },
    hasAutoConsent: true,
    controlKey: key,
    faults: faults.map(parseFault),
    onEvent: (entry) => entries.push(entry),
    webhook: {
      url: 'http://127.0.0.1:3000/webhooks/revento',
      secret,
      retryScale,
      send: async (request): Promise<HttpResponse> => {
        received.push({ ...request, at: clock.now() });
        const reply = left.shift() ?? 204;
        if (reply === 'refused') throw new HttpFailure('refused', '127.0.0.1:3000', true);
        return { status: reply, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  /** Asks, and lets what that started come to its end: the clock of these tests waits for nothing. */
  const control = async (path: string, body: unknown = {}, headers: readonly (readonly [string, string])[] = []) => {
    const sent = [['Authorization', `Bearer ${key}`], ...headers] as const;
    const answer = await app.send('POST', `/_sandbox/v1${path}`, sent, JSON.stringify(body));
    await turn();
    return answer;
  };
  const list = async () =>
    jsonOf(await app.get('/_sandbox/v1/deliveries', [['Authorization', `Bearer ${key}`]]))['deliveries'] as Record<
      string,
      unknown
    >[];
  const header = (request: HttpRequest | undefined, name: string) =>
    request?.headers.find(([found]) => found === name)?.[1] ?? null;
  const check = (request: HttpRequest, nowSeconds: number) =>
    verify({
      timestamp: header(request, 'X-Revento-Timestamp'),
      signature: header(request, 'X-Revento-Signature'),
      nowSeconds,
      secrets: [secret],
      body: request.body,
    });
  return { clock, waits, received, entries, sandbox, app, control, list, header, check };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const bodyOf = (request: HttpRequest | undefined) => JSON.parse(Buffer.from(request?.body ?? []).toString('utf8'));

describe('a delivery', () => {
  it('carries the documented headers, a good signature and the whole envelope', async () => {
    const { control, received, header, check, clock, list } = setUp();
    const response = await control('/trigger', { type: 'application.approved' });
    expect(response.status).toBe(202);
    const [request] = received;
    expect(request?.method).toBe('POST');
    expect(header(request, 'Content-Type')).toBe('application/json');
    expect(header(request, 'X-Revento-Event')).toBe('application.approved');
    expect(header(request, 'X-Revento-Delivery-Id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(check(request as HttpRequest, clock.now() / 1000)).toMatchObject({ ok: true });
    expect(bodyOf(request)).toEqual({
      id: expect.stringMatching(/^evt_delivery_/),
      type: 'application.approved',
      occurred_at: '2026-11-24T12:00:00Z',
      event_id: 'evt_test_published',
      organization_id: 'org_test_formal',
      data: {
        id: expect.stringMatching(/^app_/),
        participant_id: expect.stringMatching(/^ptp_/),
        user_id: expect.stringMatching(/^usr_/),
        status: 'approved',
        approved_at: expect.any(String),
        approver_id: expect.any(String),
        custom_form_fields: expect.any(Object),
      },
    });
    expect(jsonOf(response)['delivery']).toMatchObject({
      state: 'pending',
      event: 'application.approved',
      attempts: [],
    });
    expect(await list()).toMatchObject([{ state: 'delivered', attempts: [{ status: 204 }] }]);
  });

  it('is about a participant that the API knows', async () => {
    const { control, received, app } = setUp();
    await control('/trigger', { type: 'participant.registered' });
    const { access_token: token } = await app.login();
    const page = jsonOf(await app.api('/events/evt_test_published/participants', token));
    const [first] = page['data'] as Record<string, unknown>[];
    expect(bodyOf(received[0]).data).toMatchObject(first ?? {});
  });

  it.each([
    ['application.submitted', 'pending'],
    ['application.approved', 'approved'],
    ['application.rejected', 'rejected'],
    ['application.revision_requested', 'revision_requested'],
  ])('of %s is about somebody who is %s in the API as well, and another one each time', async (type, status) => {
    const { control, received, app } = setUp();
    for (let i = 0; i < 3; i++) await control('/trigger', { type });
    const { access_token: token } = await app.login();
    const page = jsonOf(await app.api('/events/evt_test_published/participants?limit=50', token));
    const people = page['data'] as { id: string; application_status: string }[];
    const named = received.map((request) => bodyOf(request).data);
    expect(named.map((data) => data.status)).toEqual([status, status, status]);
    expect(named.map((data) => people.find(({ id }) => id === data.participant_id)?.application_status)).toEqual([
      ...[status, status, status],
    ]);
    expect(new Set(named.map((data) => data.participant_id)).size).toBe(3);
  });

  it('names no event when the whole integration is meant', async () => {
    const { control, received } = setUp();
    await control('/trigger', { type: 'integration.suspended' });
    expect(bodyOf(received[0])).toMatchObject({ event_id: null, organization_id: null });
  });

  it('carries data of one’s own, and a type nobody knows', async () => {
    const { control, received } = setUp();
    await control('/trigger', { type: 'badge.printed', data: { text: 'é "quoted" \u2028' } });
    expect(bodyOf(received[0])).toMatchObject({ type: 'badge.printed', data: { text: 'é "quoted" \u2028' } });
  });

  it.each([['Type With Spaces'], [''], ['a\r\nX-Evil: 1'], [null]])('is refused with the type %j', async (type) => {
    const { control, received } = setUp();
    expect((await control('/trigger', { type })).status).toBe(400);
    expect(received).toEqual([]);
  });

  it('is refused for an event the sandbox does not have', async () => {
    const { control } = setUp();
    const response = await control('/trigger', { type: 'activity.updated', event_id: 'evt_nowhere' });
    expect(response.status).toBe(404);
    expect(jsonOf(response)['message']).toContain('evt_test_published');
  });
});

describe('retries', () => {
  it.each<[string, Reply[]]>([
    ['another status than 2xx', [500, 302, 199 + 200]],
    ['a refused connection', ['refused', 'refused', 'refused']],
  ])('follow %s', async (_what, replies) => {
    const { control, list, received } = setUp(replies);
    await control('/trigger', { type: 'activity.updated' });
    expect(received).toHaveLength(4);
    expect((await list())[0]).toMatchObject({ state: 'delivered', next_attempt_at: null });
  });

  it('keep the id and the body, and carry a fresh timestamp and signature', async () => {
    const { control, received, header, check } = setUp([500, 500]);
    await control('/trigger', { type: 'activity.updated' });
    expect(new Set(received.map((request) => header(request, 'X-Revento-Delivery-Id'))).size).toBe(1);
    expect(new Set(received.map((request) => Buffer.from(request.body).toString())).size).toBe(1);
    expect(new Set(received.map((request) => header(request, 'X-Revento-Signature'))).size).toBe(3);
    for (const request of received) expect(check(request, Math.floor(request.at / 1000))).toMatchObject({ ok: true });
  });

  it('wait 10 s, 60 s, 5 min, 30 min and 2 h, then give up', async () => {
    const { control, waits, received, list } = setUp([500, 500, 500, 500, 500, 500]);
    await control('/trigger', { type: 'activity.updated' });
    expect(waits).toEqual([10_000, 60_000, 300_000, 1_800_000, 7_200_000]);
    expect(received).toHaveLength(6);
    expect((await list())[0]).toMatchObject({ state: 'dead', next_attempt_at: null });
  });

  it('are scaled for tests', async () => {
    const { control, waits } = setUp([500, 500], { retryScale: 0.01 });
    await control('/trigger', { type: 'activity.updated' });
    expect(waits).toEqual([100, 600]);
  });

  it('give a handler ten seconds', async () => {
    const { control, received } = setUp();
    await control('/trigger', { type: 'activity.updated' });
    expect(received[0]?.timeoutMs).toBe(10_000);
  });

  it('are told one by one', async () => {
    const { control, entries } = setUp([503, 'refused']);
    await control('/trigger', { type: 'activity.updated' });
    expect(entries).toMatchObject([
      { type: 'delivery', attempt: 1, status: 503, state: 'pending', error: 'HTTP 503' },
      { type: 'delivery', attempt: 2, status: null, state: 'pending', error: expect.stringContaining('refused') },
      { type: 'delivery', attempt: 3, status: 204, state: 'delivered', error: null },
    ]);
  });

  it('wait in any number without a warning of Node, which takes many listeners for a leak', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on('warning', onWarning);
    const sandbox = createSandbox({
      clock: systemClock,
      controlKey: key,
      webhook: {
        url: 'http://127.0.0.1:3000/',
        secret,
        send: async () => ({ status: 500, headers: [], body: new Uint8Array() }),
      },
    });
    const { send } = integrationOf(sandbox);
    for (let count = 0; count < 12; count++) {
      await send('POST', '/_sandbox/v1/trigger', [['Authorization', `Bearer ${key}`]], '{"type":"activity.updated"}');
    }
    await turn();
    sandbox.close();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('end with a reset', async () => {
    const { control, list } = setUp([500, 500, 500, 500, 500, 500]);
    const first = control('/trigger', { type: 'activity.updated' });
    await control('/reset');
    await first;
    expect(await list()).toEqual([]);
  });
});

describe('redelivery', () => {
  it('sends a dead letter again under its id, with retries of its own', async () => {
    const { control, list, received, header } = setUp([500, 500, 500, 500, 500, 500, 500]);
    await control('/trigger', { type: 'activity.updated' });
    const id = (await list())[0]?.['delivery_id'];
    expect(jsonOf(await control(`/deliveries/${id}/redeliver`))).toMatchObject({ delivery_id: id, state: 'pending' });
    expect((await list())[0]).toMatchObject({ state: 'delivered' });
    expect(received).toHaveLength(8);
    expect(header(received[7], 'X-Revento-Delivery-Id')).toBe(id);
  });

  it('replaces retries that still wait', async () => {
    const timers: (() => void)[] = [];
    let sends = 0;
    const deliveries = new Deliveries({
      clock: { ...fakeClock(), sleep: () => new Promise((resolve) => timers.push(resolve)) },
      realNow: fakeClock().now,
      faults: new FaultPlan([]),
      onEvent: () => undefined,
      target: {
        url: 'http://127.0.0.1:3000/',
        secret,
        send: async () => ({ status: ++sends < 3 ? 500 : 204, headers: [], body: new Uint8Array() }),
      },
    });
    const at = '2026-01-01T00:00:00.000Z';
    const envelope = {
      id: 'evt_delivery_1',
      type: 'a.b',
      occurred_at: at,
      event_id: null,
      organization_id: null,
      data: {},
    };
    const { delivery_id: id } = deliveries.send(envelope);
    await turn();
    deliveries.redeliver(id);
    await turn();
    expect([sends, timers.length]).toEqual([2, 2]);
    for (const finish of timers) finish();
    await turn();
    expect(sends).toBe(3);
    expect(deliveries.list()[0]?.attempts).toHaveLength(3);
  });

  it('refuses an id it does not know', async () => {
    const { control } = setUp();
    expect((await control('/deliveries/00000000-0000-4000-8000-000000000000/redeliver')).status).toBe(404);
  });
});

describe('revocation', () => {
  it('ends the logins of an event and tells to delete the data', async () => {
    const { app, control, received } = setUp();
    const [login, userLogin] = [await app.login(), await app.loginAsUser()];
    const answer = jsonOf(await control('/revoke'));
    expect(answer).toMatchObject({ revoked: 1, kind: 'installation' });
    expect(jsonOf(await app.api('/events/evt_test_published', login['access_token']))['error']).toBe('token_revoked');
    expect((await app.api('/me/profile', userLogin['access_token'])).status).toBe(200);
    expect(received.map(bodyOf)).toMatchObject([
      { type: 'data.deletion_required', event_id: 'evt_test_published', data: { reason: 'integration_revoked' } },
    ]);
  });

  it('names the participant who took it back', async () => {
    const { app, control, received } = setUp();
    const login = await app.loginAsUser();
    await app.loginAsUser();
    expect(jsonOf(await control('/revoke', { kind: 'user' }))).toMatchObject({ revoked: 2 });
    expect(received.map(bodyOf)).toMatchObject([
      { type: 'data.deletion_required', data: { reason: 'user_revoked', user_id: login['user_id'] } },
    ]);
  });
});

describe('webhook faults', () => {
  it('sign wrongly', async () => {
    const { control, received, check, clock } = setUp([], { faults: ['webhook:signaturex1'] });
    await control('/trigger', { type: 'activity.updated' });
    expect(check(received[0] as HttpRequest, clock.now() / 1000)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  it('sign with an old timestamp', async () => {
    const { control, received, check, clock } = setUp([], { faults: ['webhook:stale'] });
    await control('/trigger', { type: 'activity.updated' });
    expect(check(received[0] as HttpRequest, clock.now() / 1000)).toEqual({ ok: false, reason: 'stale_timestamp' });
  });
});

describe('webhook faults of time and number', () => {
  it('sign with a timestamp ahead of time', async () => {
    const { control, received, check, clock } = setUp([], { faults: ['webhook:future'] });
    await control('/trigger', { type: 'activity.updated' });
    expect(check(received[0] as HttpRequest, clock.now() / 1000)).toEqual({ ok: false, reason: 'future_timestamp' });
  });

  it('send the same delivery two times in a row', async () => {
    const { control, received, header } = setUp([], { faults: ['webhook:twicex1'] });
    await control('/trigger', { type: 'activity.updated' });
    await control('/trigger', { type: 'activity.updated' });
    const [first, second, third] = received.map((request) => header(request, 'X-Revento-Delivery-Id'));
    expect(received).toHaveLength(3);
    expect(second).toBe(first);
    expect(received[1]?.body).toEqual(received[0]?.body);
    expect(third).not.toBe(first);
  });

  it('send later, signed at the time of sending', async () => {
    const { control, received, check, clock, waits } = setUp([], { faults: ['webhook:slow=7sx1'] });
    await control('/trigger', { type: 'activity.updated' });
    expect(waits).toEqual([7_000]);
    expect(check(received[0] as HttpRequest, clock.now() / 1000)).toMatchObject({ ok: true });
  });

  it('lose the answer, so that an acknowledged delivery comes again under its id', async () => {
    const { control, received, header, list } = setUp([], { faults: ['webhook:dropx1'] });
    await control('/trigger', { type: 'activity.updated' });
    const [first, again] = received.map((request) => header(request, 'X-Revento-Delivery-Id'));
    expect(again).toBe(first);
    expect(await list()).toMatchObject([{ state: 'delivered', attempts: [{ status: null }, { status: 204 }] }]);
  });
});

describe('over sockets', () => {
  /** The first attempt to deliver to a server on this machine. */
  const firstAttempt = async (url: string): Promise<DeliveryEntry> => {
    const { exchange } = await createForwarder({ isRemoteAllowed: true, isEachAlone: true });
    return new Promise((resolve) => {
      const deliveries = new Deliveries({
        clock: systemClock,
        realNow: Date.now,
        target: { url, secret, send: exchange },
        faults: new FaultPlan([]),
        onEvent: (entry) => {
          deliveries.reset();
          resolve(entry);
        },
      });
      const context = { id: 'evt_delivery_1', occurredAt: '', eventId: 'evt_1', organizationId: 'org_1' };
      deliveries.send(sampleEnvelope('application.approved', context));
    });
  };

  it.each(brokenServers.map((server) => [server.name, server] as const))('names %s', async (_name, server) => {
    await serving(server.make, async (port) => {
      expect(await firstAttempt(`${server.scheme}://localhost:${port}/hook`)).toMatchObject({
        status: null,
        error: expect.stringContaining(server.words.replace('PORT', `${port}`)),
      });
    });
  });

  const acknowledged = oddAnswers.filter(([, , status]) => status < 300);
  it.each(acknowledged)('takes %s for an acknowledgement', async (_name, answer) => {
    await serving(saying(answer), async (port) => {
      expect(await firstAttempt(`http://localhost:${port}/hook`)).toMatchObject({ state: 'delivered', error: null });
    });
  });
});
