import { randomBytes, randomUUID } from 'node:crypto';
import { pretty } from '../../json/pretty.ts';
import { stringify } from '../../json/stringify.ts';
import { defaultToleranceSeconds, sign } from '../signature.ts';
import { type Outgoing, outgoing, without } from './outgoing.ts';

/** The inputs of a faulty delivery. */
interface FaultContext {
  readonly secret: string;
  readonly type: string;
  readonly deliveryId: string;
  readonly nowSeconds: number;
  /** The sample as compact JSON. */
  readonly json: string;
}

/** The required outcome. */
export type Expected = 'acknowledge' | 'reject' | 'either';

interface FaultRow {
  readonly name: string;
  readonly summary: string;
  /** What a correct handler does with it. */
  readonly expected: Expected;
  /** The requests to send, in order. */
  readonly deliveries: (context: FaultContext) => readonly Outgoing[];
}

const body = (json: string) => Buffer.from(json, 'utf8');

function plain(context: FaultContext, changes: { json?: string; timestamp?: number; type?: string } = {}): Outgoing {
  return outgoing({
    secret: context.secret,
    type: changes.type ?? context.type,
    deliveryId: context.deliveryId,
    timestamp: String(changes.timestamp ?? context.nowSeconds),
    body: body(changes.json ?? context.json),
  });
}

/** The faults that `trigger --fault` can inject. */
export const deliveryFaults: readonly FaultRow[] = [
  {
    name: 'bad-signature',
    summary: 'a well-formed signature that does not match',
    expected: 'reject',
    deliveries: (context) => [signed(context, `sha256=${'0'.repeat(64)}`)],
  },
  {
    name: 'wrong-secret',
    summary: 'signed with another secret',
    expected: 'reject',
    deliveries: (context) => [plain({ ...context, secret: randomBytes(32).toString('hex') })],
  },
  {
    name: 'stale',
    summary: 'correctly signed, ten minutes ago',
    expected: 'reject',
    deliveries: (context) => [plain(context, { timestamp: context.nowSeconds - 2 * defaultToleranceSeconds })],
  },
  {
    name: 'future',
    summary: 'correctly signed, ten minutes from now',
    expected: 'reject',
    deliveries: (context) => [plain(context, { timestamp: context.nowSeconds + 2 * defaultToleranceSeconds })],
  },
  {
    name: 'missing-header',
    summary: 'without X-Revento-Signature',
    expected: 'reject',
    deliveries: (context) => [without(plain(context), 'X-Revento-Signature')],
  },
  {
    name: 'altered-body',
    summary: 'one character of the body changed after signing',
    expected: 'reject',
    deliveries: (context) => [resent(context, altered(context.json))],
  },
  {
    name: 're-serialized',
    summary: 'the same JSON, re-serialized with spaces after signing',
    expected: 'reject',
    deliveries: (context) => [resent(context, pretty(context.json, null))],
  },
  {
    name: 'duplicate',
    summary: 'the same delivery twice, each with a fresh signature',
    expected: 'acknowledge',
    deliveries: (context) => [plain(context), plain(context, { timestamp: context.nowSeconds + 1 })],
  },
  {
    name: 'out-of-order',
    summary: 'two deliveries, the one that happened later first',
    expected: 'acknowledge',
    deliveries: (context) => {
      const earlier = new Date((context.nowSeconds - 60) * 1000).toISOString();
      const json = withMember(context.json, 'occurred_at', earlier);
      return [plain(context), plain({ ...context, deliveryId: randomUUID() }, { json })];
    },
  },
  {
    name: 'slow',
    summary: 'the body in ten pieces over two seconds',
    expected: 'acknowledge',
    deliveries: (context) => {
      const delivery = plain(context);
      return [{ ...delivery, drip: { bytes: Math.ceil(delivery.body.length / 10), pauseMs: 200 } }];
    },
  },
  {
    name: 'huge',
    summary: 'a valid body of 900 KB',
    expected: 'acknowledge',
    deliveries: (context) => [plain(context, { json: inflated(context.json, 900 * 1024) })],
  },
  {
    name: 'non-json',
    summary: 'correctly signed, but not JSON',
    expected: 'either',
    deliveries: (context) => [plain(context, { json: 'not json at all' })],
  },
  {
    name: 'unknown-type',
    summary: 'an unknown event type',
    expected: 'acknowledge',
    deliveries: (context) => {
      const type = 'venue.teleported';
      return [plain(context, { type, json: withMember(context.json, 'type', type) })];
    },
  },
];

function signed(context: FaultContext, signature: string): Outgoing {
  const { secret, type, deliveryId, nowSeconds, json } = context;
  return outgoing({ secret, type, deliveryId, timestamp: String(nowSeconds), body: body(json), signature });
}

/** A different body with the signature of the sample. */
function resent(context: FaultContext, json: string): Outgoing {
  const signature = sign(context.secret, String(context.nowSeconds), body(context.json));
  return signed({ ...context, json }, signature);
}

/** The same text with its last letter or digit changed. */
export function altered(json: string): string {
  return json.replace(
    /([a-z0-9])([^a-z0-9]*)$/i,
    (_all, last: string, rest: string) => (last === 'x' ? 'y' : 'x') + rest,
  );
}

/** The same envelope, padded to a size in bytes by an extra member. */
export function inflated(json: string, bytes: number): string {
  const grown = (padding: string) => withMember(json, 'padding', padding);
  return grown('x'.repeat(Math.max(0, bytes - Buffer.byteLength(grown('')))));
}

function withMember(json: string, name: string, value: string): string {
  return stringify({ ...JSON.parse(json), [name]: value });
}
