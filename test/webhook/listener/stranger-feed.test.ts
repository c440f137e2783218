import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRecording } from '../../../src/webhook/recording.ts';
import { rawExchange } from '../../support/http/raw-http.ts';
import { aDelivery, newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';
import { endRigs, type Line, type ListenRig, listen } from '../../support/webhook/listen-rig.ts';

const secret = newSecret();
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  await endRigs();
  await closeHandlers();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const control = Buffer.alloc(1024 * 1024, 1);
const unsigned = Buffer.concat([
  Buffer.from(
    `POST /webhooks/revento HTTP/1.1\r\nHost: x\r\nX-Revento-Event: application.approved\r\nContent-Length: ${control.length}\r\n\r\n`,
  ),
  control,
]);
const forged = () => aDelivery({ secret: newSecret(), body: control }).wire;

/** Sends requests at once; a sender that is cut off has had its answer, or is of no account. */
async function wave(rig: ListenRig, wires: readonly Buffer[]): Promise<void> {
  await Promise.all(wires.map((wire) => rawExchange(rig.port, { pieces: [wire] }).catch(() => undefined)));
}

const isInvalid = (line: Line) => line['verified'] === false;

describe('of what does not verify', () => {
  it.each([
    ['without a signature', () => unsigned],
    ['with a forged one', forged],
  ])('4 KB are kept, and how long it was: %s', async (_what, wire) => {
    const rig = await listen({ secret });
    await wave(rig, [wire()]);
    const line = await rig.delivery(0);
    expect(Buffer.from(String(line['body_base64']), 'base64').equals(control.subarray(0, 4096))).toBe(true);
    expect(line).toMatchObject({ verified: false, body_bytes: control.length });
    expect(Object.keys(line)).toEqual(expect.arrayContaining(['delivery_id', 'reason', 'reply_status']));
  });

  it('a short body is kept whole, and no length is added', async () => {
    const rig = await listen({ secret });
    await wave(rig, [aDelivery({ secret: newSecret() }).wire]);
    expect(await rig.delivery(0)).not.toHaveProperty('body_bytes');
  });

  it('no character is cut in the middle', async () => {
    const rig = await listen({ secret });
    await wave(rig, [aDelivery({ secret: newSecret(), body: `a${'€'.repeat(3_000)}` }).wire]);
    const { body } = await rig.delivery(0);
    expect(body).toBe(`a${'€'.repeat(1_365)}`);
  });

  it('headers are kept up to 4 KB, however many there are', async () => {
    const rig = await listen({ secret });
    const headers = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`X-Extra-${index}`, 'x'.repeat(80)]),
    );
    await wave(rig, [aDelivery({ secret: newSecret(), headers }).wire]);
    expect(JSON.stringify((await rig.delivery(0))['headers']).length).toBeLessThan(16 * 1024);
  });

  it('little is written, however much comes, and the rest is counted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'revento-strangers-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const record = join(folder, 'deliveries.ndjson');
    const rig = await listen({ secret, record });
    for (let round = 0; round < 4; round++) await wave(rig, Array.from({ length: 40 }, forged));
    expect((await rawExchange(rig.port, { pieces: [aDelivery({ secret }).wire] })).status).toBe(200);
    rig.interrupt();
    await rig.end;
    const printed = rig.lines.filter(isInvalid).length;
    const text = await readFile(record, 'utf8');
    expect(text.length).toBeLessThan(4 * 1024 * 1024);
    expect((await parseRecording(text)).deliveries).toHaveLength(1);
    expect(rig.lines.at(-1)).toMatchObject({ type: 'summary', deliveries: 161, verified: 1, invalid: 160 });
    const untold = rig.notices.map((notice) => Number(/and (\d+) more requests/.exec(notice)?.[1] ?? 0));
    expect(untold.reduce((sum, count) => sum + count, printed)).toBe(160);
  });

  it('nothing goes through --jq: a line on stderr says that it came', async () => {
    const rig = await listen({ secret, format: 'table', isFiltered: true, count: '1' });
    await wave(rig, [forged(), unsigned]);
    await rawExchange(rig.port, { pieces: [aDelivery({ secret }).wire] });
    expect(await rig.end).toEqual({ status: undefined, failure: null });
    expect(rig.lines.map(({ type, verified }) => [type, verified === true])).toEqual([
      ['ready', false],
      ['delivery', true],
      ['summary', false],
    ]);
    expect(rig.notices.join('\n')).toMatch(/✗ not verified application\.approved \(signature_mismatch\) → 401/);
    expect(rig.notices.join('\n')).toMatch(/✗ not verified application\.approved \(missing_header\) → 401/);
  });

  it('all of it is forwarded where the user asked for that', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], onInvalid: 'forward' });
    await wave(rig, [unsigned]);
    await rig.delivery(0);
    expect(target.got.map(({ body }) => body.length)).toEqual([control.length]);
  });
});

it('a valid delivery waits for no reader on account of those that are not', async () => {
  let read: () => void = () => undefined;
  const readsAfter = new Promise<void>((resolve) => {
    read = resolve;
  });
  const rig = await listen({ secret, readsAfter });
  for (let round = 0; round < 2; round++)
    await wave(
      rig,
      Array.from({ length: 90 }, () => unsigned),
    );
  expect((await rawExchange(rig.port, { pieces: [aDelivery({ secret }).wire] })).status).toBe(200);
  read();
  rig.interrupt();
  await rig.end;
  expect(rig.lines.at(-1)).toMatchObject({ deliveries: 181, verified: 1, invalid: 180 });
});

describe('a header that a proxy repeats', () => {
  it('is named, and the type and id are shown', async () => {
    const rig = await listen({ secret });
    const { wire, deliveryId } = aDelivery({ secret });
    const text = wire.toString('latin1');
    const doubled = text.replace(/^X-Revento-.*\r\n/gim, (line) => line + line);
    expect(doubled.length).toBeGreaterThan(text.length);
    expect((await rawExchange(rig.port, { pieces: [Buffer.from(doubled, 'latin1')] })).status).toBe(401);
    expect(await rig.delivery(0)).toMatchObject({
      verified: false,
      delivery_id: deliveryId,
      event: 'application.approved',
    });
    expect(await rig.saw(/hint:/)).toContain('the header is there more than once');
  });

  it.each(['X-Revento-Event', 'X-Revento-Delivery-Id'])('is refused although all else is right: %s', async (name) => {
    const rig = await listen({ secret });
    const text = aDelivery({ secret }).wire.toString('latin1');
    const doubled = text.replace(new RegExp(`^${name}:.*\\r\\n`, 'im'), (line) => line + line);
    expect((await rawExchange(rig.port, { pieces: [Buffer.from(doubled, 'latin1')] })).status).toBe(401);
    expect(await rig.saw(/hint:/)).toContain(`the header is there more than once (${name})`);
  });
});
