import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { dial, rawExchange, readAnswer } from '../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, type Got, handler } from '../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../support/webhook/listen-rig.ts';

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

  it('is never an unverified delivery', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url] });
    expect((await send(rig, { secret: newSecret() })).status).toBe(401);
    expect((await send(rig, { body: 'not json' })).status).toBe(400);
    expect(target.got).toEqual([]);
  });

  it('is marked if it is unverified but forwarded on request', async () => {
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
