import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign } from '../../../../src/webhook/signature.ts';
import { rawExchange } from '../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, envelope, newSecret } from '../../../support/webhook/delivery.ts';
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
