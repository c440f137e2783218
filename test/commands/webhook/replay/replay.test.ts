import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookReplay } from '../../../../src/commands/webhook/replay/replay.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import { RecordingScrubber } from '../../../../src/pseudonyms/recording-scrubber.ts';
import { sign } from '../../../../src/webhook/signature.ts';
import { run } from '../../../support/commands/deps.ts';
import { newSecret } from '../../../support/webhook/delivery.ts';
import { type Got, handler } from '../../../support/webhook/handler.ts';
import { header, sendRig } from '../../../support/webhook/send-rig.ts';

const { secret, folder, world, verdict } = sendRig();

/** How a delivery was recorded. */
interface RecordedAs {
  readonly reason?: string | null;
  readonly timestamp?: string;
  /** The secret that signed it; null for a made-up signature. */
  readonly signer?: string | null;
}

describe('replay', () => {
  const recorded = (
    id: string,
    at: string,
    body: Uint8Array = Buffer.from('{"a":1.50}\n'),
    { reason = null, timestamp = '1600000000', signer = null }: RecordedAs = {},
  ) =>
    JSON.stringify({
      type: 'delivery',
      delivery_id: id,
      event: 'activity.updated',
      received_at: at,
      verified: reason === null,
      reason,
      headers: {
        host: 'public.example',
        connection: 'close',
        'content-length': '999',
        authorization: '[redacted]',
        'content-type': 'application/json',
        'x-revento-delivery-id': id,
        'x-revento-event': 'activity.updated',
        'x-revento-timestamp': timestamp,
        'x-revento-signature': signer === null ? `sha256=${'a'.repeat(64)}` : sign(signer, timestamp, body),
      },
      body_base64: Buffer.from(body).toString('base64'),
    });
  const recording = async (...lines: string[]) => {
    const file = join(folder(), 'deliveries.ndjson');
    await writeFile(file, lines.join('\n'));
    return file;
  };

  it('sends bytes and headers as they were recorded, without those of the connection', async () => {
    const target = await handler();
    const body = Buffer.of(123, 0, 255, 125);
    const file = await recording(recorded('a', '2026-01-01T00:00:00Z', body), '');
    expect((await run(webhookReplay, { file, to: target.url }, world({}))).failure).toBeNull();
    const [got] = target.got as [Got];
    expect(got.body.equals(body)).toBe(true);
    expect(header(got, 'X-Revento-Timestamp')).toBe('1600000000');
    expect(header(got, 'X-Revento-Signature')).toBe(`sha256=${'a'.repeat(64)}`);
    expect(header(got, 'Host')).toBe(new URL(target.url).host);
    expect(header(got, 'Authorization')).toBeNull();
    expect(header(got, 'Content-Length')).toBe('4');
  });

  it('with --resign is genuine again, under the same delivery id', async () => {
    const target = await handler();
    const file = await recording(recorded('a', '2026-01-01T00:00:00Z', undefined, { signer: secret }));
    await run(webhookReplay, { file, to: target.url, resign: true }, world());
    expect(verdict(target.got[0] as Got).ok).toBe(true);
    expect(header(target.got[0] as Got, 'X-Revento-Delivery-Id')).toBe('a');
  });

  it('with --resign signs what was scrubbed only where a configured secret vouches for it', async () => {
    const target = await handler();
    const line = recorded('a', '2026-01-01T00:00:00Z', undefined, { signer: secret });
    const own = new RecordingScrubber({ secrets: () => [secret] });
    const vouched = (await own.line(line, 1)) ?? '';
    const signer = newSecret();
    const other = new RecordingScrubber({ secrets: () => [signer] });
    const claimed = (await other.line(recorded('b', '2026-01-01T00:00:00Z', undefined, { signer }), 1)) ?? '';
    const replayed = async (lines: string[], options = {}) => {
      const given = { file: await recording(...lines), to: target.url, resign: true, ...options };
      return (await run(webhookReplay, given, world())).failure;
    };
    expect(await replayed([own.head, vouched])).toBeNull();
    expect(await replayed([vouched])).toBeNull();
    expect(target.got).toHaveLength(2);
    for (const lines of [[other.head, claimed], [claimed]]) {
      expect(await replayed(lines)).toMatchObject({ message: expect.stringContaining('can be signed') as string });
    }
    // One that brings its key into a recording is not used at all, even when asked for.
    for (const lines of [
      [line, claimed],
      [own.head, vouched, claimed],
      [line, other.head, claimed],
    ]) {
      expect(await replayed(lines, { includeUnchecked: true })).toBeNull();
    }
    expect(target.got).toHaveLength(5);
    expect(await replayed([other.head, claimed], { includeUnchecked: true })).toBeNull();
  });

  const forged = (id: string, reason = 'signature_mismatch') =>
    recorded(id, '2026-01-01T00:00:00Z', undefined, { reason, timestamp: String(Math.floor(Date.now() / 1000)) });

  it.each([true, false])('leaves out what was recorded as invalid, and says so (--resign: %s)', async (resign) => {
    const target = await handler();
    const file = await recording(
      forged('x'),
      recorded('a', '2026-01-01T00:00:00Z', undefined, { signer: secret }),
      forged('y'),
      forged('z', 'missing_header'),
    );
    const rig = world();
    const { failure } = await run(webhookReplay, { file, to: target.url, resign }, rig);
    expect(failure).toBeNull();
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['a']);
    expect(rig.notices.join()).toContain('left out: 3 recorded as invalid (2 signature_mismatch, 1 missing_header); ');
  });

  it('fails when all of them were invalid, and never signs one', async () => {
    const target = await handler();
    const file = await recording(forged('x'), recorded('a', '2026-01-01T00:00:00Z'));
    const options = { file, to: target.url, only: ['x'], resign: true };
    expect((await run(webhookReplay, options, world())).failure).toMatchObject({
      code: 'failed',
      message: `${file} has nothing to send: 1 recorded as invalid (signature_mismatch).`,
    });
    const both = await run(webhookReplay, { ...options, includeInvalid: true }, world());
    expect(both.failure).toMatchObject({ code: 'usage' });
    expect(target.got).toEqual([]);
  });

  it('with --include-invalid sends them unchanged, and says of a refusal that it is right', async () => {
    const target = await handler(({ headers }) => ({
      status: headers['x-revento-delivery-id']?.[0] === 'x' ? 401 : 200,
    }));
    const file = await recording(forged('x'), recorded('a', '2026-01-01T00:00:00Z'));
    const { failure } = await run(webhookReplay, { file, to: target.url, includeInvalid: true }, world({}));
    expect(target.got.map((got) => header(got, 'X-Revento-Signature'))).toEqual([
      `sha256=${'a'.repeat(64)}`,
      `sha256=${'a'.repeat(64)}`,
    ]);
    expect(failure).toMatchObject({
      message: '1 of 2 deliveries were not acknowledged.',
      facts: { hint: 'it was recorded as invalid (signature_mismatch): a correct handler rejects it' },
    });
  });

  it('with --resign never signs what only the file calls verified, and says so', async () => {
    const target = await handler();
    const file = await recording(
      recorded('forged', '2026-01-01T00:00:00Z'),
      recorded('mine', '2026-01-01T00:00:00Z', undefined, { signer: secret }),
      recorded('broken', '2026-01-01T00:00:00Z', undefined, { timestamp: 'soon' }),
    );
    const rig = world();
    expect((await run(webhookReplay, { file, to: target.url, resign: true }, rig)).failure).toBeNull();
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['mine']);
    expect(rig.notices.join()).toMatch(/left out: 1 whose signature cannot be checked .*; 1 without a valid timestamp/);
  });

  it('fails when nothing in the file can be signed', async () => {
    const target = await handler();
    const file = await recording(recorded('forged', '2026-01-01T00:00:00Z'));
    expect((await run(webhookReplay, { file, to: target.url, resign: true }, world())).failure).toMatchObject({
      code: 'failed',
      message: `${file} has no deliveries that can be signed.`,
    });
    expect(target.got).toEqual([]);
  });

  it('with --include-unchecked signs those of an unknown secret, and none with broken headers', async () => {
    const target = await handler();
    const file = await recording(
      recorded('a', '2026-01-01T00:00:00Z', undefined, { signer: 'another secret' }),
      recorded('broken', '2026-01-01T00:00:00Z', undefined, { timestamp: 'soon' }),
    );
    const options = { file, to: target.url, resign: true, includeUnchecked: true };
    expect((await run(webhookReplay, options, world())).failure).toBeNull();
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['a']);
    expect(verdict(target.got[0] as Got).ok).toBe(true);
  });

  it.each(['webhook_secret_previous'] as const)('signs what the %s signed', async (name) => {
    const target = await handler();
    const file = await recording(recorded('a', '2026-01-01T00:00:00Z', undefined, { signer: 'the one before' }));
    const secrets = { webhook_secret: secret, [name]: 'the one before' };
    expect((await run(webhookReplay, { file, to: target.url, resign: true }, world(secrets))).failure).toBeNull();
    expect(verdict(target.got[0] as Got)).toEqual({ ok: true, secretIndex: 0 });
  });

  it('reads a recording from standard input', async () => {
    const target = await handler();
    const rig = world({});
    const terminal = {
      ...rig.deps.terminal,
      readStdin: async () => Buffer.from(recorded('a', '2026-01-01T00:00:00Z')),
    };
    await run(webhookReplay, { file: '-', to: target.url }, Object.assign(rig, { deps: { ...rig.deps, terminal } }));
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['a']);
  });

  it('says of standard input what it says of a file', async () => {
    const rig = world({});
    const terminal = { ...rig.deps.terminal, readStdin: async () => Buffer.from('text\n') };
    const options = { file: '-', to: '3000' };
    const { failure } = await run(webhookReplay, options, Object.assign(rig, { deps: { ...rig.deps, terminal } }));
    expect(failure?.message).toBe('standard input is not a recording: line 1 is not JSON.');
  });

  it('does not blame the age of a delivery that is fresh', async () => {
    const target = await handler(() => ({ status: 401 }));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const file = await recording(recorded('a', new Date().toISOString(), undefined, { timestamp }));
    const { failure } = await run(webhookReplay, { file, to: target.url }, world({}));
    expect(failure?.facts.hint).toMatch(/is the handler using a different secret/);
  });

  it('says in one sentence that a file is not a recording', async () => {
    const target = await handler();
    const file = await recording(...Array.from({ length: 500 }, () => 'text'));
    const rig = world({});
    expect((await run(webhookReplay, { file, to: target.url }, rig)).failure).toMatchObject({
      message: `${file} is not a recording: line 1 is not JSON.`,
    });
    expect(rig.notices).toEqual([]);
  });

  it('with --only sends these and no others, in the order of the file', async () => {
    const target = await handler();
    const file = await recording(...['a', 'b', 'c'].map((id) => recorded(id, '2026-01-01T00:00:00Z')));
    await run(webhookReplay, { file, to: target.url, only: ['c', 'a'] }, world({}));
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['a', 'c']);
  });

  it('with --as-recorded keeps the pauses', async () => {
    const target = await handler();
    const file = await recording(
      recorded('a', '2026-01-01T00:00:00.000Z'),
      recorded('b', '2026-01-01T00:01:30.500Z'),
      recorded('c', '2026-01-01T00:01:30.000Z'),
    );
    const pauses: number[] = [];
    const rig = world({});
    const clock = { ...systemClock, sleep: async (ms: number) => void pauses.push(ms) };
    await run(
      webhookReplay,
      { file, to: target.url, asRecorded: true },
      Object.assign(rig, { deps: { ...rig.deps, clock } }),
    );
    expect(pauses).toEqual([90_500, 0]);
  });

  it('says what it could not read, sends the rest, and says that old timestamps want --resign', async () => {
    const target = await handler(() => ({ status: 401 }));
    const file = await recording(
      recorded('a', '2026-01-01T00:00:00Z'),
      recorded('b', '2026-01-01T00:00:00Z').slice(0, 40),
    );
    const rig = world({});
    const { failure } = await run(webhookReplay, { file, to: target.url }, rig);
    expect(rig.notices.join()).toContain('line 2, the last, is incomplete');
    expect(failure).toMatchObject({
      code: 'failed',
      message: '1 of 1 deliveries were not acknowledged.',
      facts: { hint: expect.stringContaining('--resign') },
    });
  });

  it.each([
    ['no deliveries', {}],
    ['no delivery z', { only: ['z'] }],
  ])('fails when the file has %s', async (words, options) => {
    const file = await recording(
      ...('only' in options ? [recorded('a', '2026-01-01T00:00:00Z')] : ['{"type":"ready"}']),
    );
    const { failure } = await run(webhookReplay, { file, to: '3000', ...options }, world({}));
    expect(failure?.message).toContain(words);
  });
});
