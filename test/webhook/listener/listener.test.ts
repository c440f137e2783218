import { afterEach, describe, expect, it } from 'vitest';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { createServe } from '../../../src/platform/http/server.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { Duplicates } from '../../../src/webhook/listener/duplicates.ts';
import type { ListenEvent } from '../../../src/webhook/listener/listen-event.ts';
import { startListener } from '../../../src/webhook/listener/listener.ts';
import { createReceiver } from '../../../src/webhook/listener/receiver.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { rawExchange } from '../../support/http/raw-http.ts';
import { aDelivery, newSecret } from '../../support/webhook/delivery.ts';
import { endRigs, listen } from '../../support/webhook/listen-rig.ts';

const secret = newSecret();

afterEach(endRigs);

it('knows a delivery again for as long as its signature holds, to the last millisecond', async () => {
  const clock = fakeClock();
  const rig = await listen({ secret, deps: { clock } });
  // The clock of the sender is as far ahead as it may be.
  const timestamp = Math.floor(clock.now() / 1_000) + 300;
  const delivery = aDelivery({ secret, timestamp });
  const statusNow = async () => (await rawExchange(rig.port, { pieces: [delivery.wire] })).status;
  expect(await statusNow()).toBe(200);
  clock.advance(600_999);
  expect(await statusNow()).toBe(200);
  expect(await rig.delivery(1)).toMatchObject({ verified: true, duplicate: true });
  clock.advance(1);
  expect(await statusNow()).toBe(401);
  expect(await rig.delivery(2)).toMatchObject({ verified: false, reason: 'stale_timestamp' });
});

describe('while nobody reads its output', () => {
  /** Each on a connection of its own: one that is turned away is closed. */
  const browse = async (port: number, count: number) => {
    for (let index = 0; index < count; index++) {
      const { status } = await rawExchange(port, { pieces: ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'] });
      expect(status).toBe(404);
    }
  };

  it('keeps a few of what is not a delivery, and counts the rest', async () => {
    const listener = await startListener(
      {
        host: 'localhost',
        port: 0,
        path: '/webhooks/revento',
        secrets: [secret],
        routes: [],
        types: null,
        isInvalidForwarded: false,
        areDuplicatesForwarded: false,
        extraHeaders: [],
        forwardTimeoutMs: 1_000,
        isOrderKept: true,
      },
      {
        serve: createServe(() => undefined),
        forwarder: await createForwarder({ isRemoteAllowed: false }),
        clock: systemClock,
      },
    );
    await browse(Number(new URL(listener.url).port), 300);
    await listener.close();
    const events: ListenEvent[] = [];
    for await (const batch of listener.events) events.push(...batch);
    expect(events.length).toBeLessThan(150);
    expect(events.at(-1)).toEqual({ kind: 'untold', turnedAway: 300 - (events.length - 1), unverified: 0 });
  });

  it('reports all of them once somebody does', async () => {
    let read: () => void = () => undefined;
    const readsAfter = new Promise<void>((resolve) => {
      read = resolve;
    });
    const rig = await listen({ secret, readsAfter });
    await browse(rig.port, 300);
    read();
    rig.interrupt();
    await rig.end;
    const shown = rig.notices.filter((notice) => notice.includes('404 GET / (not a webhook delivery)'));
    const counts = rig.notices.map((notice) => Number(/and (\d+) more requests/.exec(notice)?.[1] ?? 0));
    expect(counts.reduce((sum, count) => sum + count, shown.length)).toBe(300);
  });

  it('takes only so many forged deliveries, though their senders have been answered', () => {
    const receiver = createReceiver({
      path: '/',
      secrets: [secret],
      clock: systemClock,
      duplicates: new Duplicates({ clock: systemClock, toleranceSeconds: 300 }),
      listenerId: 'a-listener',
      work: () => new Promise(() => undefined),
      onRefused: () => undefined,
    });
    const { headers } = aDelivery({ secret, timestamp: 1, headers: { Expect: '100-continue' } });
    const statuses = Array.from({ length: 200 }, () => {
      const answer = receiver.admit({ method: 'POST', url: '/', headers: Object.entries(headers) });
      return answer?.status;
    });
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(503);
  });
});
