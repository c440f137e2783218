import { randomBytes, randomUUID } from 'node:crypto';
import {
  acknowledged,
  type Bench,
  type ConformanceCase,
  describeAnswer,
  type Judgement,
  refused,
} from './conformance.ts';
import { altered, inflated } from './faults.ts';
import { type Outgoing, outgoing, without } from './outgoing.ts';
import { sign } from './signature.ts';

type Row = Pick<ConformanceCase, 'id' | 'title' | 'sent' | 'why' | 'fix'>;

const rawBytes = 'verify over the raw request bytes, before any parser touches them, and parse afterwards';
const strictTime = 'take the timestamp only if it is digits alone, then compare its distance to now with 300 seconds';

/** A case of one delivery that is to be acknowledged. */
function accepts(row: Row, make: (bench: Bench) => Outgoing): ConformanceCase {
  return { ...row, wanted: '2xx', run: async (bench) => acknowledged(await bench.sendValid(make(bench))) };
}

/** A case of one delivery that is to be refused. With `isLenient`, taking it is odd but lets nobody in. */
function refuses(row: Row & { isLenient?: true }, make: (bench: Bench) => Outgoing): ConformanceCase {
  const { isLenient, ...rest } = row;
  return {
    ...rest,
    wanted: '401',
    run: async (bench) => {
      const answer = await bench.send(make(bench));
      const judgement = refused(answer);
      const isTaken = answer.status !== null && answer.status < 300;
      return isLenient && isTaken
        ? { outcome: 'warn', got: `${judgement.got}; odd, but nobody gets in by it` }
        : judgement;
    },
  };
}

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

const valid: readonly ConformanceCase[] = [
  accepts(
    {
      id: 'valid-compact',
      title: 'acknowledges a delivery with a compact JSON body',
      sent: 'a rightly signed application.approved, no white space between tokens',
      why: 'this is what Revento sends; without it nothing works',
      fix: 'check the secret, and that what is signed is the timestamp header, a dot, and the raw body',
    },
    (bench) => bench.make(),
  ),
  accepts(
    {
      id: 'valid-pretty',
      title: 'acknowledges a delivery with a pretty-printed body',
      sent: 'the same, indented by two spaces',
      why: 'how JSON is spaced is the sender’s business; a handler that writes it anew before verifying refuses it',
      fix: rawBytes,
    },
    (bench) => bench.make({ text: JSON.stringify(bench.envelope(), null, 2) }),
  ),
  accepts(
    {
      id: 'valid-trailing-newline',
      title: 'acknowledges a body that ends in a line break',
      sent: 'compact JSON and a line break, both signed',
      why: 'a handler that trims the body before verifying refuses it',
      fix: rawBytes,
    },
    (bench) => bench.make({ text: `${JSON.stringify(bench.envelope())}\n` }),
  ),
  accepts(
    {
      id: 'valid-unicode',
      title: 'acknowledges a body with characters outside ASCII',
      sent: 'names with umlauts, Japanese and an emoji, as UTF-8',
      why: 'a handler that reads the body in another encoding refuses everybody whose name is not ASCII',
      fix: `${rawBytes}; where a text is unavoidable, it is UTF-8`,
    },
    (bench) => bench.make({ text: JSON.stringify({ ...bench.envelope(), data: { name: 'Zoë Müller 山田 🎪' } }) }),
  ),
  accepts(
    {
      id: 'valid-escapes',
      title: 'acknowledges JSON escapes and numbers in unusual forms',
      sent: 'escaped slashes and letters, and the numbers 1.0, 1e2 and 12345678901234567890',
      why: 'parsing and writing anew changes all of these',
      fix: rawBytes,
    },
    (bench) => {
      const data = '{"path":"a\\/b","name":"Zo\\u00eb","numbers":[1.0,1e2,12345678901234567890]}';
      return bench.make({
        text: JSON.stringify({ ...bench.envelope(), data: 0 }).replace(/"data":0/, `"data":${data}`),
      });
    },
  ),
  accepts(
    {
      id: 'valid-lowercase-headers',
      title: 'finds the headers whatever their case',
      sent: 'a right delivery with all header names in lower case',
      why: 'HTTP header names have no case, and proxies rewrite them',
      fix: 'look headers up through your framework, not in a case-sensitive map',
    },
    (bench) => {
      const delivery = bench.make();
      return { ...delivery, headers: delivery.headers.map(([name, value]) => [name.toLowerCase(), value] as const) };
    },
  ),
  accepts(
    {
      id: 'valid-in-tolerance',
      title: 'acknowledges a delivery signed four minutes ago',
      sent: 'a right delivery with a timestamp 240 s in the past',
      why: 'deliveries wait in queues; the guide allows 300 s',
      fix: 'allow 300 seconds in both directions',
    },
    (bench) => bench.make({ timestamp: String(bench.nowSeconds - 240) }),
  ),
  accepts(
    {
      id: 'unknown-type',
      title: 'acknowledges an event type it does not know',
      sent: 'a right delivery of the type venue.teleported',
      why: 'the list of types grows; an error makes Revento send it again and again, and dead-letter it in the end',
      fix: 'acknowledge what you do not handle, before any switch over the type',
    },
    (bench) => bench.make({ type: 'venue.teleported' }),
  ),
  accepts(
    {
      id: 'unknown-fields',
      title: 'acknowledges fields it does not know',
      sent: 'a right delivery with members nobody has heard of, in the envelope and in data',
      why: 'fields are added without notice',
      fix: 'read the fields you need and ignore the rest',
    },
    (bench) =>
      bench.make({ text: JSON.stringify({ ...bench.envelope(), new_field: [1], data: { newer: { a: null } } }) }),
  ),
  accepts(
    {
      id: 'null-event-id',
      title: 'acknowledges an integration-level delivery',
      sent: 'integration.suspended, in which event_id and organization_id are null',
      why: 'a handler that looks its event up first breaks on null',
      fix: 'check for null before you look anything up by event_id',
    },
    (bench) => bench.make({ type: 'integration.suspended' }),
  ),
  accepts(
    {
      id: 'large-body',
      title: 'acknowledges a body of 512 KB',
      sent: 'a right delivery with a long member',
      why: 'many frameworks stop at 100 KB unless told otherwise, and answer 413 for ever',
      fix: 'raise the body limit of this route to 1 MiB',
    },
    (bench) => bench.make({ text: inflated(JSON.stringify(bench.envelope()), 512 * 1024) }),
  ),
];

const forged: readonly ConformanceCase[] = [
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

const replayed: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'stale',
      title: 'refuses a timestamp ten minutes old',
      sent: 'a rightly signed delivery, 600 s in the past',
      why: 'without an age limit a captured delivery can be replayed for ever',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: String(bench.nowSeconds - 600) }),
  ),
  refuses(
    {
      id: 'future',
      title: 'refuses a timestamp ten minutes ahead',
      sent: 'a rightly signed delivery, 600 s in the future',
      why: 'one signed far ahead could be replayed until then',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: String(bench.nowSeconds + 600) }),
  ),
  refuses(
    {
      id: 'timestamp-nan',
      title: 'refuses a timestamp that is no number',
      sent: 'a rightly signed delivery with the timestamp abc',
      why: 'NaN is never greater than 300: the obvious comparison lets it pass, and with it every age',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: 'abc' }),
  ),
  refuses(
    {
      id: 'timestamp-hex',
      title: 'refuses a hexadecimal timestamp',
      sent: 'a rightly signed delivery with the current time as 0x…',
      why: 'a parser that takes more than digits takes what nobody meant to send',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: `0x${bench.nowSeconds.toString(16)}` }),
  ),
  refuses(
    {
      id: 'timestamp-fraction',
      title: 'refuses a timestamp with a fraction',
      sent: 'a rightly signed delivery with the current time and .0 after it',
      why: 'a parser that takes more than digits takes what nobody meant to send',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: `${bench.nowSeconds}.0` }),
  ),
];

/** All of the answers are to be 2xx; the first that is not is told. */
function allAcknowledged(answers: readonly Parameters<typeof acknowledged>[0][]): Judgement {
  const judgements = answers.map(acknowledged);
  const failed = judgements.find(({ outcome }) => outcome !== 'pass');
  const all = answers.map(describeAnswer);
  return failed === undefined
    ? { outcome: 'pass', got: [...new Set(all)].join(', ') }
    : {
        outcome: 'fail',
        got: answers.length > 3 ? `${failed.got} among ${answers.length} answers` : all.join(', then '),
      };
}

const sequences: readonly ConformanceCase[] = [
  {
    id: 'duplicate',
    title: 'acknowledges a delivery that comes twice',
    sent: 'the same delivery id and body twice, the second time with a fresh signature',
    wanted: '2xx both times',
    why: 'Revento repeats what it thinks was lost; an error on the second makes it repeat for hours',
    fix: 'remember delivery ids, and acknowledge a known one without working again',
    run: async (bench) => {
      const parts = { deliveryId: randomUUID(), text: JSON.stringify(bench.envelope()) };
      const first = await bench.sendValid(bench.make(parts));
      const timestamp = String(bench.nowSeconds - 1);
      return allAcknowledged([first, await bench.sendValid(bench.make({ ...parts, timestamp }))]);
    },
  },
  {
    id: 'retry',
    title: 'acknowledges the retry of a delivery it has refused',
    sent: 'a delivery with a false signature, then the same delivery id rightly signed',
    wanted: '401, then 2xx',
    why: 'whoever remembers delivery ids before verifying lets a forger use up the ids of genuine deliveries',
    fix: 'remember a delivery id only once the delivery is verified and worked on',
    run: async (bench) => {
      const parts = { deliveryId: randomUUID(), text: JSON.stringify(bench.envelope()) };
      const first = await bench.send(bench.make({ ...parts, signature: `sha256=${'0'.repeat(64)}` }));
      const second = await bench.sendValid(bench.make(parts));
      const got = `${describeAnswer(first)}, then ${describeAnswer(second)}`;
      const isRefused = refused(first).outcome !== 'fail';
      return { outcome: isRefused && acknowledged(second).outcome === 'pass' ? 'pass' : 'fail', got };
    },
  },
  {
    id: 'out-of-order',
    title: 'acknowledges an older event after a newer one',
    sent: 'two events of one application, the one that happened later first',
    wanted: '2xx both times',
    why: 'retries overtake each other; order is nowhere promised',
    fix: 'compare occurred_at with what you hold, and keep the newer',
    run: async (bench) => {
      const older = new Date((bench.nowSeconds - 60) * 1000).toISOString();
      const text = JSON.stringify({ ...bench.envelope(), occurred_at: older });
      return allAcknowledged([await bench.sendValid(bench.make()), await bench.sendValid(bench.make({ text }))]);
    },
  },
  {
    id: 'twenty-at-once',
    title: 'acknowledges twenty deliveries at once',
    sent: 'twenty right deliveries at the same moment',
    wanted: '2xx each time',
    why: 'an organizer who approves twenty applications causes twenty deliveries',
    fix: 'acknowledge first and do the work afterwards; check pools, locks and rate limits on this route',
    run: async (bench) => {
      const deliveries = Array.from({ length: 20 }, () => bench.make());
      return allAcknowledged(await Promise.all(deliveries.map((delivery) => bench.sendValid(delivery))));
    },
  },
  {
    id: 'not-json',
    title: 'survives a signed body that is not JSON',
    sent: 'a rightly signed text',
    wanted: '2xx or 4xx',
    why: 'an unhandled parse error is a crash',
    fix: 'catch the parse error and answer 400',
    run: async (bench) => {
      const answer = await bench.send(bench.make({ text: 'not json' }));
      const isSurvived = answer.status !== null && answer.status < 500;
      return { outcome: isSurvived ? 'pass' : 'fail', got: describeAnswer(answer) };
    },
  },
  {
    id: 'answers-in-time',
    title: 'has answered within 10 seconds all along',
    sent: 'nothing: this looks back at every delivery that was to be acknowledged',
    wanted: 'the slowest answer under 10 s',
    why: 'Revento stops waiting then and sends the delivery again, though it was worked on',
    fix: 'acknowledge first and do the work afterwards',
    run: async ({ slowestMs, patienceMs }) => ({
      outcome: slowestMs < patienceMs ? (slowestMs < patienceMs / 2 ? 'pass' : 'warn') : 'fail',
      got: `the slowest took ${slowestMs < 1000 ? `${Math.round(slowestMs)} ms` : `${(slowestMs / 1000).toFixed(1)} s`}`,
    }),
  },
  accepts(
    {
      id: 'healthy-afterwards',
      title: 'still works after all this',
      sent: 'one more right delivery',
      why: 'something in this run has left it broken',
      fix: 'run with --only and the cases before this one to find out which',
    },
    (bench) => bench.make(),
  ),
];

/** Every case, in the order they are run. The last two look back, so they stay last. */
export const conformanceCases: readonly ConformanceCase[] = [...valid, ...forged, ...replayed, ...sequences];
