import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dial, rawExchange } from '../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, envelope, newSecret } from '../../support/webhook/delivery.ts';
import { endRigs, type ListenRig, listen } from '../../support/webhook/listen-rig.ts';

const secret = newSecret();
const previousSecret = newSecret();
const now = () => Math.floor(Date.now() / 1000);
let rig: ListenRig;

beforeAll(async () => {
  rig = await listen({ secret, previousSecret });
});
afterAll(endRigs);

/** Sends one delivery; the answer's status and text. */
const send = (options: Partial<DeliveryOptions> = {}) =>
  rawExchange(rig.port, { pieces: [aDelivery({ secret, ...options }).wire] });

/** Sends a request written out by hand. */
const sendRaw = (...pieces: (string | Uint8Array)[]) => rawExchange(rig.port, { pieces });

/** The printed line of a delivery. */
const lineOf = (deliveryId: string) => rig.lineWhere((line) => line['delivery_id'] === deliveryId);

describe('a valid delivery', () => {
  it('is answered 200 and printed once, bytes and headers unchanged', async () => {
    const delivery = aDelivery({ secret });
    const answer = await sendRaw(delivery.wire);
    expect(answer.status).toBe(200);
    const line = await lineOf(delivery.deliveryId);
    expect(Object.keys(line)).toEqual([
      'type',
      'delivery_id',
      'event',
      'received_at',
      'verified',
      'reason',
      'duplicate',
      'headers',
      'body',
      'body_base64',
      'forward',
      'reply_status',
    ]);
    expect(line).toMatchObject({
      type: 'delivery',
      event: 'application.approved',
      verified: true,
      reason: null,
      duplicate: false,
      body: delivery.body.toString(),
      body_base64: delivery.body.toString('base64'),
      forward: [],
      reply_status: 200,
    });
    expect(line['headers']).toMatchObject({
      'x-revento-delivery-id': delivery.deliveryId,
      'x-revento-signature': delivery.headers['X-Revento-Signature'],
    });
  });

  it.each(['127.0.0.1', '::1'])('is accepted on %s', async (host) => {
    const answer = await rawExchange(rig.port, { host, pieces: [aDelivery({ secret }).wire] });
    expect(answer.status).toBe(200);
  });

  it('may have a query string on the path, which is not signed', async () => {
    expect((await send({ path: '/webhooks/revento?source=tunnel&x=1' })).status).toBe(200);
  });

  it('may name its headers in any case', async () => {
    const { headers, body } = aDelivery({ secret });
    const lines = Object.entries(headers).map(([name, value], index) => {
      const odd = index % 2 === 0 ? name.toUpperCase() : name.toLowerCase();
      return `${odd}: ${value}\r\n`;
    });
    const answer = await sendRaw(`POST /webhooks/revento HTTP/1.1\r\n${lines.join('')}\r\n`, body);
    expect(answer.status).toBe(200);
  });

  it('may carry spaces around the timestamp, which HTTP takes away', async () => {
    const timestamp = String(now());
    const body = envelope();
    const headers = { 'X-Revento-Timestamp': `  ${timestamp}  ` };
    expect((await send({ timestamp, body, headers })).status).toBe(200);
  });

  it('may be signed with the previous secret', async () => {
    expect((await send({ secret: previousSecret })).status).toBe(200);
  });

  it('may arrive byte by byte, multi-byte characters torn apart', async () => {
    const delivery = aDelivery({ secret, body: envelope('participant.registered', { name: 'Zoë ☃ 🔑' }) });
    const start = delivery.wire.length - delivery.body.length;
    const bytes = [...delivery.body].map((byte) => Uint8Array.of(byte));
    expect((await sendRaw(delivery.wire.subarray(0, start), ...bytes)).status).toBe(200);
    expect((await lineOf(delivery.deliveryId))['body']).toBe(delivery.body.toString());
  });

  it('may be chunked', async () => {
    const delivery = aDelivery({ secret, headers: { 'Content-Length': null, 'Transfer-Encoding': 'chunked' } });
    const head = delivery.wire.subarray(0, delivery.wire.length - delivery.body.length);
    const [first, second] = [delivery.body.subarray(0, 10), delivery.body.subarray(10)];
    const chunk = (bytes: Uint8Array) =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    expect((await sendRaw(head, chunk(first), chunk(second), '0\r\n\r\n')).status).toBe(200);
  });

  it('may begin with a byte order mark', async () => {
    const delivery = aDelivery({ secret, body: `\ufeff${envelope()}` });
    expect((await sendRaw(delivery.wire)).status).toBe(200);
    expect((await lineOf(delivery.deliveryId))['body_base64']).toBe(delivery.body.toString('base64'));
  });

  it('may be of an unknown type', async () => {
    const delivery = aDelivery({ secret, type: 'venue.flooded' });
    expect((await sendRaw(delivery.wire)).status).toBe(200);
    expect(await lineOf(delivery.deliveryId)).toMatchObject({ event: 'venue.flooded', verified: true });
  });

  it('is named by its signed body where the header says something else', async () => {
    const delivery = aDelivery({ secret, headers: { 'X-Revento-Event': 'application.rejected' } });
    await sendRaw(delivery.wire);
    expect((await lineOf(delivery.deliveryId))['event']).toBe('application.approved');
  });
});

describe('binding', () => {
  it('is refused from the network unless asked for', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address !== undefined && !address.internal && address.family === 'IPv4');
    // A machine without a network has nothing to be reached by; the loopback addresses are checked elsewhere.
    if (outside === undefined) return expect(rig.url).toContain('localhost');
    await expect(dial(rig.port, outside.address)).rejects.toThrow('ECONNREFUSED');
  });
});
