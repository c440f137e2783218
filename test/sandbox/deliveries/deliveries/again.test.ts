import { describe, expect, it } from 'vitest';
import { Deliveries } from '../../../../src/sandbox/deliveries/deliveries.ts';
import { FaultPlan } from '../../../../src/sandbox/faults/fault-plan.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { jsonOf } from '../../../support/sandbox/client.ts';
import { bodyOf, secret, setUp, turn } from '../../../support/sandbox/deliveries-rig.ts';

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
