import { randomBytes, randomUUID } from 'node:crypto';
import { altered } from '../sending/delivery-faults.ts';
import { type Outgoing, outgoing, without } from '../sending/outgoing.ts';
import { sign } from '../signature.ts';
import type { Bench } from './bench.ts';
import { type ConformanceCase, rawBytes, refuses } from './case.ts';

const optional = 'your choice: the docs require only the timestamp and the signature';
const harmless = 'unusual, but not a security problem: only the holder of the secret can make it';

/** Deliveries that are not Revento's: each must be refused. */
export const forged: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'tampered-byte',
      title: 'refuses a body with one byte changed',
      sent: 'a body that differs from the signed one in one character',
      why: 'otherwise anyone can send your handler forged data',
      fix: 'compare your own HMAC of the raw body with the header, and answer 401 when they differ',
    },
    (bench) => swapped(bench, altered),
  ),
  refuses(
    {
      id: 'tampered-space',
      title: 'refuses a body with white space added between tokens',
      sent: 'the signed JSON with a space after each colon',
      why: 'a handler that accepts it verifies JSON it wrote itself, not what was sent',
      fix: rawBytes,
    },
    (bench) => swapped(bench, (json) => json.replaceAll('":', '": ')),
  ),
  refuses(
    {
      id: 'tampered-newline',
      title: 'refuses a body with a line break added at the end',
      sent: 'the signed JSON and a line break that was not signed',
      why: 'a handler that accepts it trims or re-serializes the body before verifying',
      fix: rawBytes,
    },
    (bench) => swapped(bench, (json) => `${json}\n`),
  ),
  refuses(
    {
      id: 'wrong-secret',
      title: 'refuses a delivery signed with another secret',
      sent: 'a delivery signed with a random secret',
      why: 'otherwise anyone can send deliveries',
      fix: 'compare your own HMAC of the raw body with the header, and answer 401 when they differ',
    },
    (bench) => {
      const timestamp = String(bench.nowSeconds);
      const body = Buffer.from(JSON.stringify(bench.envelope()));
      const secret = randomBytes(32).toString('hex');
      return outgoing({ secret, type: 'application.approved', deliveryId: randomUUID(), timestamp, body });
    },
  ),
  refuses(
    {
      id: 'missing-signature',
      title: 'refuses a delivery without X-Revento-Signature',
      sent: 'a delivery without that header',
      why: 'a handler that skips verification when the header is missing accepts forged deliveries',
      fix: 'answer 401 when the header is missing',
    },
    (bench) => without(bench.make(), 'X-Revento-Signature'),
  ),
  refuses(
    {
      id: 'missing-timestamp',
      title: 'refuses a delivery without X-Revento-Timestamp',
      sent: 'a delivery without that header',
      why: 'without it a captured delivery can be replayed forever',
      fix: 'answer 401 when the header is missing',
    },
    (bench) => without(bench.make(), 'X-Revento-Timestamp'),
  ),
  refuses(
    {
      id: 'missing-event',
      lenient: optional,
      isOptional: true,
      title: 'refuses a delivery without X-Revento-Event',
      sent: 'a delivery without that header',
      why: 'Revento always sends it; go by the type in the body, which is signed',
      fix: 'answer 401 when the header is missing',
    },
    (bench) => without(bench.make(), 'X-Revento-Event'),
  ),
  refuses(
    {
      id: 'missing-delivery-id',
      lenient: optional,
      isOptional: true,
      title: 'refuses a delivery without X-Revento-Delivery-Id',
      sent: 'a delivery without that header',
      why: 'Revento always sends it; without it a duplicate cannot be recognized',
      fix: 'answer 401 when the header is missing',
    },
    (bench) => without(bench.make(), 'X-Revento-Delivery-Id'),
  ),
  refuses(
    {
      id: 'empty-signature',
      title: 'refuses a signature without digits',
      sent: 'X-Revento-Signature: sha256=',
      why: 'a constant-time comparison throws when lengths differ; unguarded, anyone can crash the handler',
      fix: 'check the form of the header before you compare',
    },
    (bench) => bench.make({ signature: 'sha256=' }),
  ),
  refuses(
    {
      id: 'truncated-signature',
      title: 'refuses the first half of the correct signature',
      sent: '32 of the 64 digits of the correct signature',
      why: 'a comparison that stops at the end of the shorter text can be guessed digit by digit',
      fix: 'check the length before you compare in constant time',
    },
    (bench) => resigned(bench, (signature) => signature.slice(0, 'sha256='.length + 32)),
  ),
  refuses(
    {
      id: 'altered-signature',
      title: 'refuses a signature whose last digit is wrong',
      sent: 'the correct signature with its last digit changed',
      why: 'a comparison of only the beginning can be guessed digit by digit',
      fix: 'compare the whole signature, in constant time',
    },
    (bench) => resigned(bench, (signature) => signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0')),
  ),
  refuses(
    {
      id: 'uppercase-signature',
      lenient: harmless,
      title: 'refuses the correct signature in upper-case hex',
      sent: 'the correct digits, A to F in upper case',
      why: 'Revento sends lower case; anything else was not sent by Revento',
      fix: 'compare the header unchanged',
    },
    (bench) => resigned(bench, (signature) => `sha256=${signature.slice(7).toUpperCase()}`),
  ),
  refuses(
    {
      id: 'no-prefix',
      lenient: harmless,
      title: 'refuses the correct digits without "sha256="',
      sent: 'the 64 digits alone',
      why: 'the prefix names the algorithm; there may be another one later',
      fix: 'require the prefix',
    },
    (bench) => resigned(bench, (signature) => signature.slice(7)),
  ),
];

/** Another body under the signature of a valid one. */
function swapped(bench: Bench, change: (json: string) => string): Outgoing {
  const json = JSON.stringify(bench.envelope());
  const timestamp = String(bench.nowSeconds);
  return bench.make({ text: change(json), timestamp, signature: sign(bench.secret, timestamp, Buffer.from(json)) });
}

/** The signature of a valid delivery, changed. */
function resigned(bench: Bench, change: (signature: string) => string): Outgoing {
  const text = JSON.stringify(bench.envelope());
  const timestamp = String(bench.nowSeconds);
  return bench.make({ text, timestamp, signature: change(sign(bench.secret, timestamp, Buffer.from(text))) });
}
