import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawExchange } from '../../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../../support/webhook/listen-rig.ts';

const secret = newSecret();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'revento-listen-'));
});
afterEach(async () => {
  await endRigs();
  await closeHandlers();
  await rm(folder, { recursive: true, force: true });
});

const send = (rig: ListenRig, options: Partial<DeliveryOptions> = {}) =>
  rawExchange(rig.port, { pieces: [aDelivery({ secret, ...options }).wire] });
const summaryOf = (rig: ListenRig) => rig.lines.at(-1);

describe('conditions', () => {
  it('--count ends after that many acknowledged deliveries', async () => {
    const rig = await listen({ secret, count: '2' });
    await send(rig);
    await send(rig, { secret: newSecret() });
    await send(rig);
    expect(await rig.end).toEqual({ status: undefined, failure: null });
    expect(summaryOf(rig)).toEqual({
      type: 'summary',
      deliveries: 3,
      verified: 2,
      invalid: 1,
      duplicates: 0,
      forwarded: 0,
      failed: 0,
    });
  });

  it('--count does not count a delivery the handler failed on until its retry is acknowledged', async () => {
    let status = 500;
    const target = await handler(() => ({ status }));
    const rig = await listen({ secret, forward: [target.url], count: '1' });
    const { deliveryId } = aDelivery({ secret });
    await send(rig, { deliveryId });
    status = 200;
    await send(rig, { deliveryId });
    await rig.end;
    expect(summaryOf(rig)).toMatchObject({ deliveries: 2, forwarded: 2, failed: 1, duplicates: 0 });
  });

  it('--until ends with the type', async () => {
    const rig = await listen({ secret, until: 'activity.updated' });
    await send(rig);
    await send(rig, { type: 'activity.updated' });
    expect(await rig.end).toMatchObject({ failure: null });
  });

  it('--expect ends once each of them has come, in any order', async () => {
    const rig = await listen({ secret, expect: 'application.approved,activity.updated' });
    await send(rig, { type: 'activity.updated' });
    await send(rig, { type: 'participant.registered' });
    await send(rig);
    expect(await rig.end).toMatchObject({ failure: null });
    expect(summaryOf(rig)).toMatchObject({ deliveries: 3 });
  });

  it('--until and --expect take patterns, and each delivery meets the narrowest that it fits', async () => {
    const until = await listen({ secret, until: 'activity.*' });
    await send(until);
    await send(until, { type: 'activity.updated' });
    expect(await until.end).toMatchObject({ failure: null });
    expect(summaryOf(until)).toMatchObject({ deliveries: 2 });

    const expected = await listen({ secret, expect: '*,application.*,application.approved', timeout: '30s' });
    await send(expected, { type: 'application.approved' });
    await send(expected, { type: 'application.rejected' });
    await send(expected, { type: 'activity.updated' });
    expect(await expected.end).toMatchObject({ failure: null });
    expect(summaryOf(expected)).toMatchObject({ deliveries: 3 });
  });

  it('--timeout ends with what is missing', async () => {
    const rig = await listen({ secret, expect: 'application.approved,activity.updated', timeout: '1s' });
    await send(rig);
    const { failure } = await rig.end;
    expect(failure).toMatchObject({ code: 'unmet' });
    expect(failure?.message).toContain('activity.updated');
    expect(failure?.message).not.toContain('application.approved');
    expect(summaryOf(rig)).toMatchObject({ type: 'summary', deliveries: 1 });
  });

  it('--timeout alone is an end and no failure', async () => {
    const rig = await listen({ secret, timeout: '50ms' });
    expect(await rig.end).toEqual({ status: undefined, failure: null });
  });

  it('--on-invalid exit ends at the first delivery that does not verify', async () => {
    const rig = await listen({ secret, onInvalid: 'exit' });
    expect((await send(rig, { secret: newSecret() })).status).toBe(401);
    expect((await rig.end).failure).toMatchObject({ code: 'unmet', message: expect.stringContaining('mismatch') });
    expect(rig.lines.map(({ type }) => type)).toEqual(['ready', 'delivery', 'summary']);
  });
});

describe('a command after --', () => {
  const node = (script: string) => [process.execPath, '-e', script];

  it('runs once the listener accepts, knows its URL, and gives its exit status', async () => {
    const script = 'fetch(process.env.REVENTO_WEBHOOK_URL).then((answer) => process.exit(answer.status - 400))';
    const rig = await listen({ secret, command: node(script) });
    // A GET is answered 405.
    expect(await rig.end).toEqual({ status: 5, failure: null });
  });

  it.each([
    ['the environment', { secret }],
    ['the profile', { secret: null, sealed: { webhook_secret: secret } }],
  ])('has the profile and the signing secret of %s, so that it can send what it tests with', async (_from, options) => {
    const script = `const { REVENTO_PROFILE, REVENTO_WEBHOOK_SECRET } = process.env;
      process.exit(REVENTO_PROFILE === 'default' && REVENTO_WEBHOOK_SECRET === ${JSON.stringify(secret)} ? 0 : 1)`;
    const rig = await listen({ ...options, command: node(script) });
    expect(await rig.end).toEqual({ status: 0, failure: null });
  });

  it('leaves a condition unmet when it ends without the delivery', async () => {
    const rig = await listen({ secret, count: '1', command: node('') });
    expect((await rig.end).failure).toMatchObject({ code: 'unmet' });
  });

  it('may be followed by deliveries that are on their way, up to --timeout', async () => {
    const rig = await listen({ secret, count: '1', timeout: '30s', command: node('') });
    await rig.childEnded;
    await send(rig);
    expect(await rig.end).toEqual({ status: 0, failure: null });
  });

  it('is ended, and the run failed, when it outlasts --timeout', async () => {
    const rig = await listen({ secret, timeout: '300ms', command: node('setInterval(() => 0, 1000)') });
    expect((await rig.end).failure).toMatchObject({ code: 'unmet', message: expect.stringContaining('did not end') });
  });

  it('that cannot be started is a failure', async () => {
    const rig = await listen({ secret, command: ['/no/such/program'] });
    expect((await rig.end).failure).toMatchObject({
      code: 'command_not_found',
      message: expect.stringContaining('no such program'),
    });
  });
});

it('takes any certificate on this machine only', async () => {
  await expect(listen({ secret, insecure: true, allowRemote: true })).rejects.toMatchObject({ code: 'usage' });
});
