import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';
import { bodyOf, key, type Reply, secret, setUp, turn } from '../../support/sandbox/deliveries-rig.ts';

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

  it('shares no signal with another one: thousands of listeners to one are slow', async () => {
    const { control, received } = setUp();
    for (let i = 0; i < 3; i++) await control('/do', { action: 'apply' });
    expect(new Set(received.map(({ signal }) => signal)).size).toBe(3);
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

  it('carries data of one’s own, and an unknown type', async () => {
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

  it('are reported one by one', async () => {
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
