import { inflated } from '../sending/delivery-faults.ts';
import type { Bench } from './bench.ts';
import { accepts, type ConformanceCase, rawBytes } from './case.ts';

/** Deliveries as Revento may send them: each must be acknowledged. */
export const valid: readonly ConformanceCase[] = [
  accepts(
    {
      id: 'valid-compact',
      title: 'acknowledges a delivery with a compact JSON body',
      sent: 'a correctly signed application.approved, without white space between tokens',
      why: 'this is what Revento sends; without it nothing works',
      fix: 'check the secret, and that the HMAC covers the timestamp header, a dot, and the raw body',
    },
    (bench) => bench.make(),
  ),
  accepts(
    {
      id: 'valid-pretty',
      title: 'acknowledges a delivery with a pretty-printed body',
      sent: 'the same, indented by two spaces',
      why: 'the sender may space JSON in any way; a handler that re-serializes it before verifying rejects it',
      fix: rawBytes,
    },
    (bench) => bench.make({ text: JSON.stringify(bench.envelope(), null, 2) }),
  ),
  accepts(
    {
      id: 'valid-trailing-newline',
      title: 'acknowledges a body that ends in a line break',
      sent: 'compact JSON and a line break, both signed',
      why: 'a handler that trims or re-serializes the body before verifying rejects it',
      fix: rawBytes,
    },
    (bench) => bench.make({ text: `${JSON.stringify(bench.envelope())}\n` }),
  ),
  accepts(
    {
      id: 'valid-unicode',
      title: 'acknowledges a body with characters outside ASCII',
      sent: 'names with umlauts, Japanese and an emoji, as UTF-8',
      why: 'a handler that reads the body in another encoding rejects everyone whose name is not ASCII',
      fix: `${rawBytes}; where you need text, decode it as UTF-8`,
    },
    (bench) => bench.make({ text: withMember(bench, '"Zoë Müller 山田 🎪"') }),
  ),
  accepts(
    {
      id: 'valid-escapes',
      title: 'acknowledges JSON escapes and unusual numbers',
      sent: 'escaped slashes and letters, and the numbers 1.0, 1e2 and 12345678901234567890',
      why: 'parsing and re-serializing changes all of these',
      fix: rawBytes,
    },
    (bench) =>
      bench.make({
        text: withMember(bench, '{"path":"a\\/b","name":"Zo\\u00eb","numbers":[1.0,1e2,12345678901234567890]}'),
      }),
  ),
  accepts(
    {
      id: 'valid-lowercase-headers',
      title: 'finds the headers in any letter case',
      sent: 'a valid delivery with all header names in lower case',
      why: 'HTTP header names are case-insensitive, and proxies rewrite them',
      fix: 'look headers up through your framework, not in a case-sensitive map',
    },
    (bench) => {
      const delivery = bench.make();
      return { ...delivery, headers: delivery.headers.map(([name, value]) => [name.toLowerCase(), value] as const) };
    },
  ),
  accepts(
    {
      id: 'body-64k',
      title: 'acknowledges a body of 64 KB',
      sent: 'a valid delivery with a long field',
      why: 'custom form fields can be long; a handler with a small limit answers 413 to them every time',
      fix: 'raise the body limit of this route to 1 MiB',
    },
    (bench) => bench.make({ text: inflated(JSON.stringify(bench.envelope()), 64 * 1024) }),
  ),
  accepts(
    {
      id: 'large-body',
      title: 'acknowledges a body of 512 KB',
      sent: 'a valid delivery with a very long field',
      why: 'the docs name no limit, and many frameworks stop at 100 KB',
      fix: 'raise the body limit of this route to 1 MiB, in Express: express.raw({ type: "*/*", limit: "1mb" })',
      lenient: 'deliveries are usually far smaller',
    },
    (bench) => bench.make({ text: inflated(JSON.stringify(bench.envelope()), 512 * 1024) }),
  ),
  accepts(
    {
      id: 'chunked-body',
      title: 'acknowledges a body sent in chunks',
      sent: 'a valid delivery with Transfer-Encoding: chunked, without Content-Length',
      why: 'a proxy or tunnel in front of your handler may send bodies like that',
      fix: 'serve the handler with a server that reads chunked bodies, at least in production',
      lenient: 'development servers often cannot read such bodies, and Revento sends a Content-Length',
    },
    (bench) => {
      const delivery = bench.make();
      return { ...delivery, drip: { bytes: Math.ceil(delivery.body.length / 3), pauseMs: 0 } };
    },
  ),
];

/** A compact sample with one more member in its data, given as JSON text so that no form is lost. */
function withMember(bench: Bench, json: string): string {
  const { data, ...envelope } = bench.envelope();
  const text = JSON.stringify({ ...envelope, data: { ...(data as object), note: 0 } });
  return text.replace('"note":0', () => `"note":${json}`);
}
