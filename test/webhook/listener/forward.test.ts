import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aDelivery, type DeliveryOptions, newSecret } from '../../support/delivery.ts';
import { freePort } from '../../support/free-port.ts';
import { closeHandlers, type Got, handler } from '../../support/handler.ts';
import { endRigs, type ListenRig, listen } from '../../support/listen-rig.ts';
import { dial, rawExchange, readAnswer } from '../../support/raw-http.ts';

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

describe('what the handler gets', () => {
  it('is the same bytes under the same signature, so that it can verify by itself', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    const body = '{ "type":"activity.updated",\r\n\t"data" : {"title":"Zoë ☃","n":1.50} }\n';
    const delivery = aDelivery({ secret, body, type: 'activity.updated' });
    await rawExchange(rig.port, { pieces: [delivery.wire] });
    const got = target.got[0] as Got;
    expect(got.method).toBe('POST');
    expect(got.target).toBe('/webhooks/revento');
    expect(got.body.equals(delivery.body)).toBe(true);
    for (const name of ['Event', 'Delivery-Id', 'Timestamp', 'Signature'].map((part) => `X-Revento-${part}`)) {
      expect(got.headers[name.toLowerCase()]).toEqual([delivery.headers[name]]);
    }
    expect(got.headers['content-type']).toEqual(['application/json']);
    expect(got.headers['user-agent']).toEqual(['Revento-Webhooks/1.0']);
    expect(got.headers['content-length']).toEqual([String(delivery.body.length)]);
  });

  it('has every header, however many there are', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`X-Extra-${index}`, '1']));
    expect((await send(rig, { headers: many })).status).toBe(200);
    const names = Object.keys(target.got[0]?.headers ?? {});
    expect(names.filter((name) => name.startsWith('x-extra-'))).toHaveLength(150);
  });

  it('has none of the headers that belong to the connection or that a handler might trust', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    await send(rig, {
      headers: {
        Connection: 'close, X-Named, X-Revento-Signature',
        'X-Named': '1',
        'Keep-Alive': 'timeout=5',
        'Proxy-Authorization': 'Basic x',
        TE: 'trailers',
        Trailer: 'X-T',
        Upgrade: 'websocket',
        Cookie: 'a=b',
        Authorization: 'Bearer x',
        Forwarded: 'for=1.2.3.4',
        'X-Forwarded-For': '1.2.3.4',
        'X-Forwarded-Host': 'evil.example',
        'X-Revento-Cli-Unverified': '1',
        Host: 'public.example',
        'X-Kept': 'yes',
      },
    });
    const { headers } = target.got[0] as Got;
    expect(Object.keys(headers).sort()).toEqual(
      [
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
        'x-kept',
        'x-revento-cli-forwarded-by',
        'x-revento-delivery-id',
        'x-revento-event',
        'x-revento-signature',
        'x-revento-timestamp',
      ].sort(),
    );
    expect(headers['host']).toEqual([new URL(target.url).host]);
    expect(headers['connection']).toEqual(['keep-alive']);
  });

  it('has the headers of -H, in place of what the sender sent under that name', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], header: ['X-Debug: 1', 'Authorization: Bearer mine'] });
    await send(rig, { headers: { 'X-Debug': '0', Authorization: 'Bearer theirs' } });
    const { headers } = target.got[0] as Got;
    expect(headers['x-debug']).toEqual(['1']);
    expect(headers['authorization']).toEqual(['Bearer mine']);
  });

  it.each(['X-Revento-Signature: x', 'Content-Length: 1', 'Transfer-Encoding: chunked', 'no colon', 'X: a\r\nY: b'])(
    'can not be changed by -H %j',
    async (header) => {
      await expect(listen({ secret, header: [header] })).rejects.toMatchObject({ code: 'usage' });
    },
  );

  it('is nothing that did not verify', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    expect((await send(rig, { secret: newSecret() })).status).toBe(401);
    expect((await send(rig, { body: 'not json' })).status).toBe(400);
    expect(target.got).toEqual([]);
  });

  it('is marked when it did not verify and is forwarded all the same', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], onInvalid: 'forward' });
    await rig.saw(/do not verify are forwarded/);
    await send(rig);
    expect((await send(rig, { secret: newSecret() })).status).toBe(200);
    expect(target.got.map(({ headers }) => headers['x-revento-cli-unverified'])).toEqual([undefined, ['1']]);
    expect(await rig.delivery(1)).toMatchObject({ verified: false, reason: 'signature_mismatch', reply_status: 200 });
  });
});

describe('what the sender gets', () => {
  it.each([200, 201, 204, 302, 400, 401, 404, 500, 503])("is the handler's status %i", async (status) => {
    const target = await handler(() => ({ status, headers: { Location: 'http://169.254.169.254/' } }));
    const rig = await listen({ secret, forward: [target.url] });
    const answer = await send(rig);
    expect(answer.status).toBe(status);
    expect(answer.head).not.toContain('169.254');
    expect(await rig.delivery(0)).toMatchObject({
      forward: [{ url: target.url, status, error: null }],
      reply_status: status,
    });
    expect(target.got).toHaveLength(1);
  });

  it('is 502 when nothing listens there, and a hint that says where', async () => {
    const port = await freePort();
    const rig = await listen({ secret, forward: [`http://127.0.0.1:${port}/hook`] });
    expect((await send(rig)).status).toBe(502);
    expect(await rig.delivery(0)).toMatchObject({ forward: [{ status: null, error: 'refused' }], reply_status: 502 });
    expect(await rig.saw(/is your server running/)).toContain(String(port));
  });

  it.each(['ndjson', 'table'] as const)('is explained once while it stays the same, in %s', async (format) => {
    let status = 404;
    const target = await handler(() => ({ status }));
    const rig = await listen({ secret, format, forward: [target.url] });
    for (let count = 0; count < 3; count++) await send(rig);
    status = 204;
    await send(rig);
    status = 404;
    await send(rig);
    rig.interrupt();
    await rig.end;
    const told = [...rig.texts, ...rig.notices].join('\n');
    expect(told.match(/hint: does your server serve POST/g)).toHaveLength(2);
  });

  it('is 502 when the handler hangs up without an answer', async () => {
    const target = await handler(() => ({ isCut: true }));
    const rig = await listen({ secret, forward: [target.url] });
    expect((await send(rig)).status).toBe(502);
    expect(await rig.delivery(0)).toMatchObject({ forward: [{ error: 'reset' }] });
    expect(target.got).toHaveLength(1);
  });

  it('is 504 past the time limit', async () => {
    const never = gate();
    const target = await handler(async () => {
      await never.opened;
      return {};
    });
    const rig = await listen({ secret, forward: [target.url], forwardTimeout: '100ms' });
    expect((await send(rig)).status).toBe(504);
    expect(await rig.delivery(0)).toMatchObject({ forward: [{ status: null, error: 'timeout' }], reply_status: 504 });
    never.open();
  });

  it('is 503 with Retry-After beyond 100 at once', async () => {
    const held = gate();
    const target = await handler(async () => {
      await held.opened;
      return {};
    });
    const rig = await listen({ secret, forward: [target.url] });
    // Pipelined on a few connections: the limit is on deliveries, not on sockets.
    const sockets = await Promise.all(Array.from({ length: 10 }, () => dial(rig.port)));
    for (const socket of sockets) {
      const ten = Array.from({ length: 10 }, () => aDelivery({ secret, headers: { Connection: 'keep-alive' } }).wire);
      socket.write(Buffer.concat(ten));
    }
    await target.received(100);
    const answer = await send(rig);
    expect(answer.status).toBe(503);
    expect(answer.head).toMatch(/^Retry-After: \d+\r?$/im);
    const freed = readAnswer(sockets[0] as never);
    held.open();
    expect((await freed).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it("is the handler's failure when one of several fails", async () => {
    const [fine, broken] = [await handler(), await handler(() => ({ status: 500 }))];
    const rig = await listen({ secret, forward: [fine.url, broken.url] });
    expect((await send(rig)).status).toBe(500);
    expect([fine.got.length, broken.got.length]).toEqual([1, 1]);
  });
});

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

  it('to nobody when no route takes the type: it is answered here', async () => {
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

  it('never to a name that stands for an address elsewhere, looked at when it is connected', async () => {
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

  it('not round in a circle: what comes back is answered 508', async () => {
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
  it('an acknowledged delivery that comes again is answered 200, shown, and not forwarded', async () => {
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

  it('a delivery that failed and comes again is a retry, and forwarded again', async () => {
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
