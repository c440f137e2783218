import { randomBytes, randomUUID } from 'node:crypto';
import { altered } from '../delivery-faults.ts';
import { type Outgoing, outgoing, without } from '../outgoing.ts';
import { sign } from '../signature.ts';
import type { Bench, ConformanceCase } from './bench.ts';
import { rawBytes, refuses } from './case.ts';

/** Deliveries that are not Revento's: every one is to be refused. */
export const forged: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'tampered-byte',
      title: 'refuses a body with one byte changed',
      sent: 'a body that differs from the signed one in one character',
      why: 'otherwise anybody can tell your handler anything',
      fix: 'compare your own HMAC of the raw body with the header, and stop when they differ',
    },
    (bench) => swapped(bench, altered),
  ),
  refuses(
    {
      id: 'tampered-space',
      title: 'refuses a body with white space added between tokens',
      sent: 'the signed JSON with a space after each colon',
      why: 'a handler that takes it verifies its own serialisation, not what was sent',
      fix: rawBytes,
    },
    (bench) => swapped(bench, (json) => json.replaceAll('":', '": ')),
  ),
  refuses(
    {
      id: 'tampered-newline',
      title: 'refuses a body with a line break added at the end',
      sent: 'the signed JSON and a line break that is not signed',
      why: 'a handler that takes it trims the body before verifying',
      fix: rawBytes,
    },
    (bench) => swapped(bench, (json) => `${json}\n`),
  ),
  refuses(
    {
      id: 'wrong-secret',
      title: 'refuses a delivery signed with another secret',
      sent: 'a delivery signed with a random secret',
      why: 'otherwise anybody can send deliveries',
      fix: 'compare your own HMAC of the raw body with the header, and stop when they differ',
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
      why: 'whoever skips the check when there is nothing to check lets everybody in',
      fix: 'answer 401 when the header is absent',
    },
    (bench) => without(bench.make(), 'X-Revento-Signature'),
  ),
  refuses(
    {
      id: 'missing-timestamp',
      title: 'refuses a delivery without X-Revento-Timestamp',
      sent: 'a delivery without that header',
      why: 'without it a captured delivery can be replayed for ever',
      fix: 'answer 401 when the header is absent',
    },
    (bench) => without(bench.make(), 'X-Revento-Timestamp'),
  ),
  refuses(
    {
      id: 'missing-event',
      isLenient: true,
      title: 'refuses a delivery without X-Revento-Event',
      sent: 'a delivery without that header',
      why: 'the guide wants all four headers; the type in the body is the signed one, so nothing is lost',
      fix: 'answer 401 when the header is absent',
    },
    (bench) => without(bench.make(), 'X-Revento-Event'),
  ),
  refuses(
    {
      id: 'missing-delivery-id',
      isLenient: true,
      title: 'refuses a delivery without X-Revento-Delivery-Id',
      sent: 'a delivery without that header',
      why: 'without it a duplicate cannot be recognised',
      fix: 'answer 401 when the header is absent',
    },
    (bench) => without(bench.make(), 'X-Revento-Delivery-Id'),
  ),
  refuses(
    {
      id: 'empty-signature',
      title: 'refuses a signature without digits',
      sent: 'X-Revento-Signature: sha256=',
      why: 'a constant-time compare throws when lengths differ; unguarded, that is a crash anybody can cause',
      fix: 'check the form of the header before you compare',
    },
    (bench) => bench.make({ signature: 'sha256=' }),
  ),
  refuses(
    {
      id: 'truncated-signature',
      title: 'refuses the first half of a right signature',
      sent: 'the right signature, 32 of its 64 digits',
      why: 'a compare that stops at the shorter one can be guessed digit by digit',
      fix: 'check the length before you compare in constant time',
    },
    (bench) => resigned(bench, (signature) => signature.slice(0, 'sha256='.length + 32)),
  ),
  refuses(
    {
      id: 'uppercase-signature',
      isLenient: true,
      title: 'refuses the right signature in upper-case hex',
      sent: 'the right digits, A to F in upper case',
      why: 'Revento sends lower case; whatever deviates was not sent by it',
      fix: 'compare the header as it is',
    },
    (bench) => resigned(bench, (signature) => `sha256=${signature.slice(7).toUpperCase()}`),
  ),
  refuses(
    {
      id: 'no-prefix',
      isLenient: true,
      title: 'refuses the right digits without "sha256="',
      sent: 'the 64 digits alone',
      why: 'the prefix names the algorithm; one day there will be another',
      fix: 'require the prefix',
    },
    (bench) => resigned(bench, (signature) => signature.slice(7)),
  ),
];

/** Another body under the signature of a right one. */
function swapped(bench: Bench, change: (json: string) => string): Outgoing {
  const json = JSON.stringify(bench.envelope());
  const timestamp = String(bench.nowSeconds);
  return bench.make({ text: change(json), timestamp, signature: sign(bench.secret, timestamp, Buffer.from(json)) });
}

/** The right signature of a right delivery, changed. */
function resigned(bench: Bench, change: (signature: string) => string): Outgoing {
  const text = JSON.stringify(bench.envelope());
  const timestamp = String(bench.nowSeconds);
  return bench.make({ text, timestamp, signature: change(sign(bench.secret, timestamp, Buffer.from(text))) });
}
