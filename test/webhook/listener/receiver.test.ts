import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign } from '../../../src/webhook/signature.ts';
import { aDelivery, type DeliveryOptions, envelope, newSecret } from '../../support/delivery.ts';
import { endRigs, type ListenRig, listen } from '../../support/listen-rig.ts';
import { dial, rawExchange, readAnswer } from '../../support/raw-http.ts';

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
  it('is answered 200 and printed once, bytes and headers as they came', async () => {
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

  it('may be of a type nobody knows', async () => {
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

describe('age', () => {
  // Two seconds inside the limit, because the clock goes on while the request travels.
  it.each([-298, 299])('a timestamp %i s from now is accepted', async (offset) => {
    expect((await send({ timestamp: now() + offset })).status).toBe(200);
  });

  it.each([
    [-301, 'stale_timestamp'],
    [303, 'future_timestamp'],
  ])('a timestamp %i s from now is refused', async (offset, reason) => {
    const delivery = aDelivery({ secret, timestamp: now() + offset });
    expect((await sendRaw(delivery.wire)).status).toBe(401);
    expect(await lineOf(delivery.deliveryId)).toMatchObject({ verified: false, reason, reply_status: 401 });
  });
});

describe('forged and malformed deliveries are answered 401', () => {
  it.each([
    '12e3',
    '17e8',
    '+1700000000',
    '-1700000000',
    '1700000000.0',
    '0x6553F100',
    '1_700_000_000',
    '01700000000',
    '',
    'abc',
    'NaN',
    `${Date.now()}`,
  ])('timestamp %j, though correctly signed', async (timestamp) => {
    const delivery = aDelivery({ secret, timestamp });
    expect((await sendRaw(delivery.wire)).status).toBe(401);
    expect(await lineOf(delivery.deliveryId)).toMatchObject({ verified: false, reason: 'bad_timestamp' });
  });

  it.each(['X-Revento-Timestamp', 'X-Revento-Signature', 'X-Revento-Event', 'X-Revento-Delivery-Id'])(
    'without %s',
    async (name) => {
      const mark = randomUUID();
      const delivery = aDelivery({ secret, body: JSON.stringify({ mark }), headers: { [name]: null } });
      expect((await sendRaw(delivery.wire)).status).toBe(401);
      const line = await rig.lineWhere(({ body }) => String(body).includes(mark));
      expect(line).toMatchObject({ verified: false, reason: 'missing_header' });
    },
  );

  it.each(['X-Revento-Timestamp', 'X-Revento-Signature', 'X-Revento-Event', 'X-Revento-Delivery-Id'])(
    '%s sent twice',
    async (name) => {
      const delivery = aDelivery({ secret });
      const text = delivery.wire.toString('latin1');
      const line = new RegExp(`${name}: .*\r\n`).exec(text)?.[0] as string;
      expect((await sendRaw(text.replace(line, line + line))).status).toBe(401);
    },
  );

  const badForms: readonly (readonly [string, (good: string) => string])[] = [
    ['an upper-case prefix', (good) => good.replace('sha256', 'SHA256')],
    ['no prefix', (good) => good.slice(7)],
    ['upper-case hex', (good) => `sha256=${good.slice(7).toUpperCase()}`],
    ['63 digits', (good) => good.slice(0, -1)],
    ['65 digits', (good) => `${good}0`],
    ['base64', (good) => `sha256=${Buffer.from(good.slice(7), 'hex').toString('base64')}`],
    ['a comma list', (good) => `${good},${good}`],
    ['latin-1 bytes', () => `sha256=${'\xe9'.repeat(64)}`],
  ];
  it.each(badForms)('a signature with %s', async (_name, change) => {
    const body = envelope();
    const timestamp = String(now());
    const delivery = aDelivery({
      secret,
      body,
      timestamp,
      signature: change(sign(secret, timestamp, Buffer.from(body))),
    });
    expect((await sendRaw(delivery.wire)).status).toBe(401);
    expect((await lineOf(delivery.deliveryId))['reason']).toBe('bad_signature_format');
  });

  it('a signature of zeros', async () => {
    const delivery = aDelivery({ secret, signature: `sha256=${'0'.repeat(64)}` });
    expect((await sendRaw(delivery.wire)).status).toBe(401);
    expect((await lineOf(delivery.deliveryId))['reason']).toBe('signature_mismatch');
  });

  it.each([
    ['one byte', (body: string) => body.replace('approved', 'approvex')],
    ['one space', (body: string) => body.replace(':', ': ')],
    ['a trailing newline', (body: string) => `${body}\n`],
  ])('a body with %s changed', async (_name, change) => {
    const body = envelope();
    expect((await send({ body: change(body), signedBody: body })).status).toBe(401);
  });

  it('with a fixed text that tells nothing', async () => {
    const answers = await Promise.all([
      send({ signature: `sha256=${'0'.repeat(64)}` }),
      send({ timestamp: 'abc' }),
      send({ secret: newSecret() }),
    ]);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['not a valid delivery\n']));
  });
});

describe('signed bodies that are not JSON are answered 400', () => {
  it.each([
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ['an empty body', new Uint8Array()],
    ['half of an object', Buffer.from('{"id":')],
  ])('%s', async (_name, body) => {
    const delivery = aDelivery({ secret, body });
    expect((await sendRaw(delivery.wire)).status).toBe(400);
    expect(await lineOf(delivery.deliveryId)).toMatchObject({ verified: true, reason: 'not_json', reply_status: 400 });
  });
});

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

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    '%s is answered 405 and told what is allowed',
    async (method) => {
      const answer = await sendRaw(
        `${method} /webhooks/revento HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n` +
          'Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n',
      );
      expect(answer.status).toBe(405);
      expect(answer.head).toMatch(/^Allow: POST\r?$/im);
      expect(answer.head).not.toMatch(/access-control/i);
    },
  );

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

describe('the listener after all this', () => {
  it('has met no defect of its own and still serves', async () => {
    expect(rig.defects).toEqual([]);
    const deliveryId = randomUUID();
    expect((await send({ deliveryId })).status).toBe(200);
    expect(await lineOf(deliveryId)).toMatchObject({ verified: true });
  });
});
