import { connect } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { sign } from '../../src/webhook/signature.ts';
import { rawExchange } from '../support/http/raw-http.ts';
import { type Random, seeded } from '../support/random.ts';
import { aDelivery, newSecret } from '../support/webhook/delivery.ts';
import { endRigs, listen } from '../support/webhook/listen-rig.ts';

const requests = 10_000;
const atOnce = 50;
const seed = 20_260_101;

afterAll(endRigs);

const odd = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  ':',
  ',',
  '\xff',
  '\x9b',
  '\x1b[2J',
  '0x',
  'NaN',
  '-',
  '%00',
  '{',
  '"',
] as const;

/** One way to spoil a request's bytes. */
const spoilers: readonly [(wire: Buffer, random: Random) => Buffer, ...((wire: Buffer, random: Random) => Buffer)[]] = [
  (wire, random) => {
    const copy = Buffer.from(wire);
    copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  (wire, random) => wire.subarray(0, random.below(wire.length)),
  (wire, random) => {
    const at = random.below(wire.length);
    return Buffer.concat([wire.subarray(0, at), Buffer.from(random.pick([...odd]), 'latin1'), wire.subarray(at)]);
  },
  (wire, random) => {
    const [from, to] = [random.below(wire.length), random.below(wire.length)].sort((a, b) => a - b) as [number, number];
    return Buffer.concat([wire.subarray(0, from), wire.subarray(to)]);
  },
  (wire, random) => {
    const lines = wire.toString('latin1').split('\r\n');
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] as string, lines[a] as string];
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  (wire, random) => {
    const lines = wire.toString('latin1').split('\r\n');
    lines.splice(random.below(lines.length), 0, lines[random.below(lines.length)] as string);
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  (_wire, random) => Buffer.from(Array.from({ length: random.below(400) }, () => random.below(256))),
];

/** Sends bytes, ends, and waits for the server to close; what it says does not matter here. */
function shoot(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}

it('10,000 malformed requests leave it serving, and nothing forged is ever reported as verified', async () => {
  const secret = newSecret();
  const rig = await listen({ secret });
  const random = seeded(seed);
  const signedBodies = new Set<string>();
  let left = requests;

  const worker = async () => {
    while (left-- > 0) {
      const delivery = aDelivery({ secret });
      signedBodies.add(delivery.body.toString('base64'));
      let bytes: Buffer = delivery.wire;
      for (let times = 1 + random.below(3); times > 0 && bytes.length > 0; times--)
        bytes = random.pick(spoilers)(bytes, random);
      await shoot(rig.port, bytes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));

  const last = aDelivery({ secret });
  expect((await rawExchange(rig.port, { pieces: [last.wire] })).status).toBe(200);
  await rig.lineWhere((line) => line['delivery_id'] === last.deliveryId);
  expect(rig.defects).toEqual([]);

  signedBodies.add(last.body.toString('base64'));
  const deliveries = rig.lines.filter(({ type }) => type === 'delivery');
  const verified = deliveries.filter((line) => line['verified'] === true);
  // Spoiling a byte nobody signs leaves a genuine delivery: both kinds have to be there for this to mean anything.
  expect(verified.length).toBeGreaterThan(100);
  expect(deliveries.length - verified.length).toBeGreaterThan(100);
  for (const line of verified) {
    const headers = line['headers'] as Record<string, string>;
    const body = Buffer.from(line['body_base64'] as string, 'base64');
    expect(signedBodies.has(body.toString('base64'))).toBe(true);
    expect(headers['x-revento-signature']).toBe(sign(secret, headers['x-revento-timestamp'] as string, body));
  }
}, 300_000);
