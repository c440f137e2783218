import { inflated } from '../delivery-faults.ts';
import type { ConformanceCase } from './bench.ts';
import { accepts, rawBytes } from './case.ts';

/** Deliveries as Revento may send them: every one is to be acknowledged. */
export const valid: readonly ConformanceCase[] = [
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
