import { describe, expect, it } from 'vitest';
import { type DeliveryToVerify, sign, verify } from '../../src/webhook/signature.ts';

/** Made with Python's hmac module; the first also with `openssl dgst -sha256 -hmac`. */
const vectors: readonly { name: string; secret: string; timestamp: string; body: Uint8Array; hex: string }[] = [
  {
    name: 'a small JSON body',
    secret: 'a-signing-secret-for-tests',
    timestamp: '1700000000',
    body: Buffer.from('{"id":"evt_delivery_1"}'),
    hex: '10c211d952268bdb7849cd8b601ed20c422233352e26d3f2e6dd16b2e36c0a4c',
  },
  {
    name: 'an empty body',
    secret: 'a-signing-secret-for-tests',
    timestamp: '1700000000',
    body: new Uint8Array(),
    hex: '765e5de7d2a95d32d0d8c8354e9cce8a3eb6c5e0fef70aa87528c54db7110288',
  },
  {
    name: 'bytes that are not UTF-8',
    secret: 'a-signing-secret-for-tests',
    timestamp: '1700000000',
    body: Uint8Array.of(0x00, 0xff, 0xfe, 0x0a),
    hex: '130db27de7a463f226b983df65fa3a76a0e120c871fd73ec6c468718b4db1db3',
  },
  {
    name: 'a secret outside ASCII',
    secret: 'Schlüssel-☃-🔑-lang',
    timestamp: '1700000000',
    body: Buffer.from('{"name":"Zoë ☃"}'),
    hex: 'ad7533530bbaac813094fbc8c63a5a54ca6a66f22d1d38dfc64de4cdd12b308a',
  },
  {
    name: 'a secret that looks like base64 is used as text',
    secret: 'c2VjcmV0LXdpdGgtYmFzZTY0',
    timestamp: '0',
    body: Buffer.from('\ufeff{}'),
    hex: '8428eb88aa091c4b34ba664ef7304223737f9e281ed072ed60226e6de0cd5d66',
  },
  {
    name: 'a secret longer than a hash block and a large body',
    secret: 'k'.repeat(100),
    timestamp: '1700000300',
    body: Buffer.alloc(70_000, 'x'),
    hex: '95e57c3744c1816457b1cc3cc8e718a9c32b29f000029a9998f0a52fae77cdc8',
  },
];

const now = 1_700_000_000;
const secret = 'a-signing-secret-for-tests';
const body = Buffer.from('{"id":"evt_delivery_1"}');

/** A correctly signed delivery, with what the test wants different about it. */
function delivery(changes: Partial<DeliveryToVerify> = {}): DeliveryToVerify {
  const timestamp = changes.timestamp === undefined ? String(now) : changes.timestamp;
  const signature = sign(secret, timestamp ?? '', body);
  return { secrets: [secret], signature, body, nowSeconds: now, ...changes, timestamp };
}

describe('signing', () => {
  it.each(vectors)('agrees with an independent HMAC: $name', ({ secret, timestamp, body, hex }) => {
    expect(sign(secret, timestamp, body)).toBe(`sha256=${hex}`);
  });

  it.each(vectors)('accepts an independently made signature: $name', ({ secret, timestamp, body, hex }) => {
    const verdict = verify({
      secrets: [secret],
      timestamp,
      signature: `sha256=${hex}`,
      body,
      nowSeconds: Number(timestamp),
    });
    expect(verdict).toEqual({ ok: true, secretIndex: 0 });
  });
});

describe('age', () => {
  it.each([
    [-300, null],
    [300, null],
    [-301, 'stale_timestamp'],
    [301, 'future_timestamp'],
  ])('a timestamp %i s from now gives %s', (offset, reason) => {
    const verdict = verify(delivery({ timestamp: String(now + offset) }));
    expect(verdict).toEqual(reason === null ? { ok: true, secretIndex: 0 } : { ok: false, reason });
  });

  it('takes milliseconds for a time far in the future', () => {
    expect(verify(delivery({ timestamp: `${now}000` }))).toEqual({ ok: false, reason: 'bad_timestamp' });
    expect(verify(delivery({ timestamp: '170000000000' }))).toEqual({ ok: false, reason: 'future_timestamp' });
  });

  it('ignores the age with an endless tolerance, and still checks the signature', () => {
    const old = delivery({ timestamp: '5', toleranceSeconds: Number.POSITIVE_INFINITY });
    expect(verify(old)).toEqual({ ok: true, secretIndex: 0 });
    expect(verify({ ...old, body: Buffer.from('{}') })).toEqual({ ok: false, reason: 'signature_mismatch' });
  });
});

describe('form', () => {
  it.each([
    '12e3',
    '17e8',
    '+1700000000',
    '-1700000000',
    '1700000000.0',
    '0x6553F100',
    '1_700_000_000',
    '01700000000',
    '1700000000, 1700000000',
    ' 1700000000',
    '1700000000\n',
    '١٧٠٠٠٠٠٠٠٠',
    '',
    'abc',
    'NaN',
    'Infinity',
  ])('refuses the timestamp %j even when it is correctly signed', (timestamp) => {
    expect(verify(delivery({ timestamp, toleranceSeconds: Number.POSITIVE_INFINITY }))).toEqual({
      ok: false,
      reason: 'bad_timestamp',
    });
  });

  const good = sign(secret, String(now), body);
  const hex = good.slice(7);
  it.each([
    ['upper-case prefix', `SHA256=${hex}`],
    ['no prefix', hex],
    ['upper-case hex', `sha256=${hex.toUpperCase()}`],
    ['63 digits', good.slice(0, -1)],
    ['65 digits', `${good}0`],
    ['base64', `sha256=${Buffer.from(hex, 'hex').toString('base64')}`],
    ['a comma list', `${good},${good}`],
    ['latin-1 bytes', `sha256=${'\xe9'.repeat(64)}`],
    ['a trailing line break', `${good}\n`],
    ['nothing', ''],
  ])('refuses a signature with %s', (_, signature) => {
    expect(verify(delivery({ signature }))).toEqual({ ok: false, reason: 'bad_signature_format' });
  });

  it.each([{ timestamp: null }, { signature: null }])('names a missing header: %j', (missing) => {
    expect(verify(delivery(missing))).toEqual({ ok: false, reason: 'missing_header' });
  });
});

describe('the bytes', () => {
  it('refuses a zero signature', () => {
    expect(verify(delivery({ signature: `sha256=${'0'.repeat(64)}` }))).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
  });

  it('refuses a body with one byte changed, at any place', () => {
    for (const index of body.keys()) {
      const changed = Buffer.from(body);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(verify(delivery({ body: changed })).ok).toBe(false);
    }
  });

  it.each(['{"id": "evt_delivery_1"}', '{"id":"evt_delivery_1"}\n', ''])('refuses the re-written body %j', (text) => {
    expect(verify(delivery({ body: Buffer.from(text) }))).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  it('refuses a signature made for another timestamp', () => {
    expect(verify({ ...delivery(), timestamp: String(now + 1) })).toEqual({ ok: false, reason: 'signature_mismatch' });
  });
});

describe('several secrets', () => {
  it('accepts the previous secret during a rotation and says which one signed', () => {
    expect(verify(delivery({ secrets: ['the-new-secret-of-a-rotation', secret] }))).toEqual({
      ok: true,
      secretIndex: 1,
    });
  });

  it('refuses when none of them signed', () => {
    expect(verify(delivery({ secrets: ['one-wrong-secret-here', 'another-wrong-secret'] }))).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
  });

  it('never believes an empty secret, nor no secret at all', () => {
    const signature = sign('', String(now), body);
    expect(verify(delivery({ secrets: [''], signature })).ok).toBe(false);
    expect(verify(delivery({ secrets: [], signature })).ok).toBe(false);
  });
});
