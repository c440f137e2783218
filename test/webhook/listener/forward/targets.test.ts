import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../../support/http/free-port.ts';
import { rawExchange } from '../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../support/webhook/listen-rig.ts';

const secret = newSecret();

afterEach(async () => {
  await endRigs();
  await closeHandlers();
  vi.unstubAllEnvs();
});

const send = (rig: ListenRig, options: Partial<DeliveryOptions> = {}) =>
  rawExchange(rig.port, { pieces: [aDelivery({ secret, ...options }).wire] });

/** A promise and its resolver. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('where deliveries go', () => {
  it('by type, and the rest to the target without one', async () => {
    const [approved, all] = [await handler(), await handler()];
    const rig = await listen({ secret, forward: [`application.approved=${approved.url}`, all.url] });
    await send(rig, { type: 'application.approved' });
    await send(rig, { type: 'activity.updated' });
    expect(approved.got.map(({ headers }) => headers['x-revento-event'])).toEqual([['application.approved']]);
    expect(all.got.map(({ headers }) => headers['x-revento-event'])).toEqual([['activity.updated']]);
  });

  it('by the signed type, whatever the header claims', async () => {
    const [approved, rejected] = [await handler(), await handler()];
    const forward = [`application.approved=${approved.url}`, `application.rejected=${rejected.url}`];
    const rig = await listen({ secret, forward });
    await send(rig, { headers: { 'X-Revento-Event': 'application.rejected' } });
    expect([approved.got.length, rejected.got.length]).toEqual([1, 0]);
  });

  it('to no handler when no route takes the type: the listener answers', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [`application.*=${target.url}`] });
    expect((await send(rig, { type: 'activity.updated' })).status).toBe(200);
    expect(target.got).toEqual([]);
  });

  it('only the types of --events; others are acknowledged unseen', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], events: 'application.approved' });
    expect((await send(rig, { type: 'activity.updated' })).status).toBe(200);
    await send(rig);
    expect(await rig.delivery(0)).toMatchObject({ event: 'application.approved' });
    expect(target.got).toHaveLength(1);
  });

  it.each([
    'http://169.254.169.254/',
    'http://[fe80::1]/',
    'http://10.0.0.1/',
    'http://[fe80::1]:80/',
    'http://[::ffff:10.0.0.1]/',
  ])('never to %s', async (url) => {
    await expect(listen({ secret, forward: [url] })).rejects.toMatchObject({ code: 'usage' });
  });

  it('never to a host name that resolves to another machine, checked at connection time', async () => {
    // Reserved for documentation, and resolved here by nothing: the guard sees what the system's resolver says.
    const rig = await listen({ secret, forward: ['http://ip6-allnodes:1/'] });
    expect((await send(rig)).status).toBe(502);
    const line = await rig.delivery(0);
    expect((line['forward'] as { error: string }[])[0]?.error).toMatch(/^(?:not_loopback|dns)$/);
  });

  it('directly, whatever proxies the environment names', async () => {
    const proxy = await handler();
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`);
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    expect((await send(rig)).status).toBe(200);
    expect([target.got.length, proxy.got.length]).toEqual([1, 0]);
  });

  it('never back into the listener itself', async () => {
    const port = await freePort();
    const options = { secret, port: String(port) };
    for (const host of ['localhost', '127.0.0.1', '[::1]', '127.0.0.2', 'dev.localhost']) {
      await expect(listen({ ...options, forward: [`http://${host}:${port}/webhooks/revento`] })).rejects.toThrow(
        'this listener itself',
      );
    }
    // The port is free again after each refusal.
    expect((await send(await listen(options))).status).toBe(200);
  });

  it('never in a circle: a delivery that comes back gets 508', async () => {
    let rig: ListenRig | undefined;
    const circle = await handler(async ({ headers, body }) => {
      const lines = Object.entries(headers)
        .filter(([name]) => name !== 'connection')
        .map(([name, [value]]) => `${name}: ${value}\r\n`);
      const again = `POST /webhooks/revento HTTP/1.1\r\n${lines.join('')}Connection: close\r\n\r\n`;
      const { status } = await rawExchange((rig as ListenRig).port, { pieces: [again, body] });
      return { status };
    });
    rig = await listen({ secret, forward: [circle.url] });
    expect((await send(rig)).status).toBe(508);
    expect(circle.got).toHaveLength(1);
  });
});

describe('order', () => {
  it('of the lines is that of arrival, though the handlers answer in another', async () => {
    const first = gate();
    const target = await handler(async ({ headers }) => {
      if (headers['x-revento-delivery-id']?.[0] === ids[0]) await first.opened;
      return {};
    });
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    const rig = await listen({ secret, forward: [target.url] });
    const slow = send(rig, { deliveryId: ids[0] as string });
    await target.received(1);
    await send(rig, { deliveryId: ids[1] as string });
    await send(rig, { deliveryId: ids[2] as string });
    expect(rig.lines.filter(({ type }) => type === 'delivery')).toEqual([]);
    first.open();
    await slow;
    await rig.delivery(2);
    expect(rig.lines.filter(({ type }) => type === 'delivery').map((line) => line['delivery_id'])).toEqual(ids);
  });
});

describe('duplicates and retries', () => {
  it('a repeat of an acknowledged delivery gets 200, is shown, and is not forwarded', async () => {
    const target = await handler(() => ({ status: 204 }));
    const rig = await listen({ secret, forward: [target.url] });
    const deliveryId = randomUUID();
    expect((await send(rig, { deliveryId })).status).toBe(204);
    expect((await send(rig, { deliveryId })).status).toBe(200);
    expect(await rig.delivery(1)).toMatchObject({ duplicate: true, verified: true, forward: [], reply_status: 200 });
    expect(target.got).toHaveLength(1);
  });

  it('a replay of the same signature under another delivery id is a duplicate too', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    const delivery = aDelivery({ secret });
    await rawExchange(rig.port, { pieces: [delivery.wire] });
    const renamed = delivery.wire.toString('latin1').replace(delivery.deliveryId, randomUUID());
    expect((await rawExchange(rig.port, { pieces: [renamed] })).status).toBe(200);
    expect(await rig.delivery(1)).toMatchObject({ duplicate: true });
    expect(target.got).toHaveLength(1);
  });

  it('a repeat of a failed delivery is a retry, and is forwarded again', async () => {
    let status = 500;
    const target = await handler(() => ({ status }));
    const rig = await listen({ secret, forward: [target.url], format: 'table' });
    const deliveryId = randomUUID();
    expect((await send(rig, { deliveryId })).status).toBe(500);
    status = 200;
    expect((await send(rig, { deliveryId })).status).toBe(200);
    await rig.saw(/verified application\.approved \(retry\) → 200/);
    expect(target.got).toHaveLength(2);
  });

  it('a second copy while the first is worked on gets the same answer and is not forwarded', async () => {
    const held = gate();
    const target = await handler(async () => {
      await held.opened;
      return { status: 500 };
    });
    const rig = await listen({ secret, forward: [target.url] });
    const deliveryId = randomUUID();
    const both = [send(rig, { deliveryId }), send(rig, { deliveryId })];
    await target.received(1);
    held.open();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([500, 500]);
    expect(target.got).toHaveLength(1);
  });

  it('are forwarded with --forward-duplicates', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], forwardDuplicates: true });
    const deliveryId = randomUUID();
    await send(rig, { deliveryId });
    await send(rig, { deliveryId });
    expect(await rig.delivery(1)).toMatchObject({ duplicate: true, forward: [{ status: 200 }] });
    expect(target.got).toHaveLength(2);
  });
});
