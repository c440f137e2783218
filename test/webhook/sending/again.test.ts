import { expect, it } from 'vitest';
import { again } from '../../../src/webhook/sending/again.ts';
import { sign } from '../../../src/webhook/signature.ts';

const received = {
  headers: [
    ['Host', 'localhost:3000'],
    ['Content-Length', '2'],
    ['Connection', 'keep-alive'],
    ['X-Revento-Event', 'application.approved'],
    ['X-Revento-Timestamp', '1'],
    ['X-Revento-Signature', 'sha256=00'],
  ],
  body: Buffer.from('{}'),
} as const;

it('keeps bytes and headers, without those of the connection', () => {
  expect(again(received, null)).toEqual({ headers: received.headers.slice(3), body: received.body });
});

it('gives it a signature of now, once, in the place of the old one', () => {
  const { headers } = again(received, { secret: 'another', nowSeconds: 1_700_000_000 });
  expect(headers.map(([name, value]) => [name.toLowerCase(), value])).toEqual([
    ['x-revento-event', 'application.approved'],
    ['x-revento-timestamp', '1700000000'],
    ['x-revento-signature', sign('another', '1700000000', received.body)],
  ]);
});
