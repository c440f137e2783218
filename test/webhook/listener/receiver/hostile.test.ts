import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dial, rawExchange, readAnswer } from '../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../support/webhook/delivery.ts';
import { endRigs, type ListenRig, listen } from '../../../support/webhook/listen-rig.ts';

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

describe('requests that are not deliveries', () => {
  it.each([
    ['another path', '/other', 404],
    ['the path with a slash after it', '/webhooks/revento/', 404],
    ['the path in percent-encoding', '/webhooks/%72evento', 404],
    ['a target with two slashes', '//evil.example/webhooks/revento', 400],
    ['an absolute target', 'http://evil.example/webhooks/revento', 400],
  ])('%s', async (_name, path, status) => {
    expect((await send({ path })).status).toBe(status);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s gets 405 with the allowed methods', async (method) => {
    const answer = await sendRaw(
      `${method} /webhooks/revento HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n` +
        'Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n',
    );
    expect(answer.status).toBe(405);
    expect(answer.head).toMatch(/^Allow: POST\r?$/im);
    expect(answer.head).not.toMatch(/access-control/i);
  });

  it.each(['gzip', 'br', 'identity, gzip', 'unheard-of'])('Content-Encoding %s is answered 415', async (coding) => {
    expect((await send({ headers: { 'Content-Encoding': coding } })).status).toBe(415);
  });

  it('Content-Encoding identity is not an encoding', async () => {
    expect((await send({ headers: { 'Content-Encoding': 'identity' } })).status).toBe(200);
  });

  it('Transfer-Encoding gzip is answered 501', async () => {
    const headers = { 'Content-Length': null, 'Transfer-Encoding': 'gzip, chunked' };
    expect((await send({ headers })).status).toBe(501);
  });

  const { headers } = aDelivery({ secret });
  const asHead = (lines: readonly string[]) => `POST /webhooks/revento HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  const revento = Object.entries(headers)
    .filter(([name]) => name.startsWith('X-'))
    .map(([name, value]) => `${name}: ${value}`);
  it.each([
    ['a length and a transfer encoding', ['Host: a', 'Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['two different lengths', ['Host: a', 'Content-Length: 5', 'Content-Length: 6']],
    ['no Host', ['Content-Length: 5']],
    ['two Hosts', ['Host: a', 'Host: b', 'Content-Length: 5']],
  ])('%s is answered 400', async (_name, lines) => {
    expect((await sendRaw(asHead([...lines, 'Connection: close', ...revento]), 'hello')).status).toBe(400);
  });
});

describe('limits', () => {
  it('a declared length over 1 MiB is answered 413 while the body is being sent', async () => {
    const delivery = aDelivery({ secret, body: Buffer.alloc(3 * 1024 * 1024, 'x') });
    const answer = await sendRaw(delivery.wire);
    expect(answer.status).toBe(413);
    expect(answer.head).toMatch(/^Connection: close\r?$/im);
  });

  it('a declared length of 10 GB is answered 413 before a byte of it', async () => {
    const delivery = aDelivery({ secret, body: '', headers: { 'Content-Length': '10000000000' } });
    expect((await sendRaw(delivery.wire)).status).toBe(413);
  });

  it('a chunked body over 1 MiB is answered 413', async () => {
    const headers = { 'Content-Length': null, 'Transfer-Encoding': 'chunked' };
    const delivery = aDelivery({ secret, body: '', headers });
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    expect((await sendRaw(delivery.wire, ...Array.from({ length: 20 }, () => chunk))).status).toBe(413);
  });

  it('a body of exactly 1 MiB is accepted', async () => {
    const frame = JSON.stringify({ type: 'activity.updated', data: '' });
    const body = frame.replace('""', `"${'x'.repeat(1024 * 1024 - frame.length)}"`);
    expect(Buffer.byteLength(body)).toBe(1024 * 1024);
    expect((await send({ body })).status).toBe(200);
  });

  it('Expect: 100-continue gets its 100 when the head is fine', async () => {
    const delivery = aDelivery({ secret, headers: { Expect: '100-continue' } });
    const head = delivery.wire.subarray(0, delivery.wire.length - delivery.body.length);
    const socket = await dial(rig.port);
    socket.write(head);
    const [first] = (await new Promise((resolve) =>
      socket.once('data', (chunk) => resolve([String(chunk)])),
    )) as string[];
    expect(first).toMatch(/^HTTP\/1\.1 100 Continue/);
    const answer = readAnswer(socket);
    socket.write(delivery.body);
    expect((await answer).status).toBe(200);
  });

  it.each([
    ['a signature of a bad form', { signature: 'sha256=short' }, 401],
    ['an old timestamp', { timestamp: now() - 1_000 }, 401],
    ['1 GB', { headers: { 'Content-Length': '1000000000' } }, 413],
  ])('Expect: 100-continue with %s gets no 100', async (_name, changes: Partial<DeliveryOptions>, status) => {
    const delivery = aDelivery({ secret, ...changes, headers: { Expect: '100-continue', ...changes.headers } });
    const answer = await sendRaw(delivery.wire.subarray(0, delivery.wire.length - delivery.body.length));
    expect(answer.status).toBe(status);
    expect(answer.head).not.toContain('100 Continue');
  });

  it('another Expect is answered 417', async () => {
    expect((await send({ headers: { Expect: 'the-spanish-inquisition' } })).status).toBe(417);
  });

  it.concurrent('a head that never ends is answered 408', async () => {
    const socket = await dial(rig.port);
    const answer = readAnswer(socket);
    socket.write('POST /webhooks/revento HTTP/1.1\r\nHost: localhost\r\n');
    expect((await answer).status).toBe(408);
  });

  it.concurrent('a body that never ends is answered 408', async () => {
    const delivery = aDelivery({ secret });
    const socket = await dial(rig.port);
    const answer = readAnswer(socket);
    socket.write(delivery.wire.subarray(0, delivery.wire.length - 1));
    expect((await answer).status).toBe(408);
    expect(rig.lines.some((line) => line['delivery_id'] === delivery.deliveryId)).toBe(false);
  });

  it('headers are read up to 128 KB, as a browser sends all cookies of localhost, and answered 431 beyond', async () => {
    expect((await send({ headers: { Cookie: `a=${'x'.repeat(100_000)}` } })).status).toBe(200);
    expect((await send({ headers: { Cookie: `a=${'x'.repeat(132_000)}` } })).status).toBe(431);
  });

  it('more than 100 headers are accepted', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`X-Extra-${index}`, '1']));
    expect((await send({ headers: many })).status).toBe(200);
  });

  it('a client that leaves in the middle is not an event, and harms nobody', async () => {
    const delivery = aDelivery({ secret });
    const socket = await dial(rig.port);
    socket.write(delivery.wire.subarray(0, delivery.wire.length - 5));
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    expect((await send()).status).toBe(200);
    expect(rig.lines.some((line) => line['delivery_id'] === delivery.deliveryId)).toBe(false);
  });
});

describe('crowds', () => {
  it('serves a delivery although 220 connections hang half open', async () => {
    const crowded = await listen({ secret });
    const halfOpen = await Promise.all(Array.from({ length: 220 }, () => dial(crowded.port)));
    for (const socket of halfOpen) socket.on('error', () => undefined).write('POST /webhooks/revento HTTP/1.1\r\nHos');
    const pieces = [aDelivery({ secret }).wire];
    expect((await rawExchange(crowded.port, { pieces })).status).toBe(200);
    expect((await rawExchange(crowded.port, { pieces: [aDelivery({ secret }).wire] })).status).toBe(200);
    for (const socket of halfOpen) socket.destroy();
  });
});

describe('hostile content', () => {
  it.each([
    ['an escape sequence', '{"type":"activity.updated","data":{"title":"\\u001b]0;owned\\u0007 \u009b31m"}}'],
    [
      '__proto__',
      '{"__proto__":{"polluted":true},"type":"activity.updated","constructor":{"prototype":{"polluted":1}}}',
    ],
    ['duplicate keys', '{"type":"activity.updated","type":"activity.updated","data":1,"data":2}'],
    ['10,000 levels', `{"type":"activity.updated","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['numbers beyond doubles', '{"type":"activity.updated","data":[1e400,123456789012345678901234567890,2.50]}'],
  ])('%s arrives byte for byte and harms nothing', async (_name, body) => {
    const delivery = aDelivery({ secret, body, type: 'activity.updated' });
    expect((await sendRaw(delivery.wire)).status).toBe(200);
    expect((await lineOf(delivery.deliveryId))['body_base64']).toBe(Buffer.from(body).toString('base64'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('an event header of control characters and bytes over 0x7f is kept as JSON', async () => {
    const delivery = aDelivery({ secret, headers: { 'X-Revento-Event': 'x\x9b31m\xff' } });
    await sendRaw(delivery.wire);
    expect((await lineOf(delivery.deliveryId))['headers']).toMatchObject({ 'x-revento-event': 'x\x9b31m\xff' });
  });
});

describe('the listener after all this', () => {
  it('has had no internal error and still serves', async () => {
    expect(rig.defects).toEqual([]);
    const deliveryId = randomUUID();
    expect((await send({ deliveryId })).status).toBe(200);
    expect(await lineOf(deliveryId)).toMatchObject({ verified: true });
  });
});
