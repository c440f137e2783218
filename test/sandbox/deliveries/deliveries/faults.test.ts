import { describe, expect, it } from 'vitest';
import { createForwarder } from '../../../../src/platform/http/forwarder.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import type { HttpRequest } from '../../../../src/ports/exchange.ts';
import { Deliveries } from '../../../../src/sandbox/deliveries/deliveries.ts';
import type { DeliveryEntry } from '../../../../src/sandbox/deliveries/delivery.ts';
import { FaultPlan } from '../../../../src/sandbox/faults/fault-plan.ts';
import { sampleEnvelope } from '../../../../src/webhook/event.ts';
import { brokenServers, oddAnswers, saying, serving } from '../../../support/http/broken-servers.ts';
import { secret, setUp } from '../../../support/sandbox/deliveries-rig.ts';

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
  it.each(acknowledged)('takes %s for an acknowledgment', async (_name, answer) => {
    await serving(saying(answer), async (port) => {
      expect(await firstAttempt(`http://localhost:${port}/hook`)).toMatchObject({ state: 'delivered', error: null });
    });
  });
});
