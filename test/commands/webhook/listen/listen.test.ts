import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dial, rawExchange, readAnswer } from '../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../support/webhook/listen-rig.ts';

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

describe('the beginning', () => {
  it('is a ready line with the URL and the targets', async () => {
    const rig = await listen({ secret, forward: ['3000', 'application.approved=http://localhost:3001/hook'] });
    expect(rig.lines[0]).toEqual({
      type: 'ready',
      url: `http://localhost:${rig.port}/webhooks/revento`,
      forward: ['http://localhost:3000/webhooks/revento', 'http://localhost:3001/hook'],
    });
  });

  it('shows which secret verifies, and never the secret', async () => {
    const rig = await listen({ secret, format: 'table' });
    const json = await listen({ secret });
    const said = [...rig.texts, ...rig.notices, ...json.notices].join('\n');
    expect(said).toMatch(/verifying with\s+REVENTO_WEBHOOK_SECRET \(fingerprint [0-9a-f]{8}\)/);
    expect(said).not.toContain(secret);
  });

  it.each([
    [{}, 'Ctrl-C'],
    [{ count: '1' }, 'Ctrl-C, or automatically after 1 delivery'],
    [{ count: '3', until: 'activity.updated' }, 'Ctrl-C, or automatically after 3 deliveries and activity.updated'],
    [
      { expect: 'wave.opened,activity.updated', timeout: '30s' },
      'Ctrl-C, or automatically after wave.opened and activity.updated, at the latest after 30s',
    ],
    [{ timeout: '2m' }, 'Ctrl-C, or automatically after 2m'],
  ])('says what ends it: %j', async (options, words) => {
    const rig = await listen({ secret, format: 'table', ...options });
    expect(rig.texts[0]).toMatch(new RegExp(`stop with +${words}$`));
    expect(rig.texts[0]).toContain('try it with');
  });

  it('does not tell the command it runs how to try or stop the listener', async () => {
    const rig = await listen({ secret, format: 'table', command: ['true'] });
    expect(rig.texts[0]).toMatch(/^Ready\./);
    expect(rig.texts[0]).not.toMatch(/try it|tunnel|Ctrl-C/);
  });

  it('is refused without a secret, with the ways to set one', async () => {
    await expect(listen({ secret: '' })).rejects.toMatchObject({
      code: 'setting_missing',
      facts: { hint: expect.stringMatching(/REVENTO_WEBHOOK_SECRET.*revento config set webhook_secret/) },
    });
  });

  it('warns of a secret shorter than 16 bytes', async () => {
    const rig = await listen({ secret: 'only-15-bytes!!' });
    expect(rig.notices.join()).toContain('shorter than 16 bytes');
  });

  it('fails when one of the two families has the port taken, and names a way out', async () => {
    const first = await listen({ secret, host: '::1' });
    await expect(listen({ secret, port: String(first.port) })).rejects.toMatchObject({
      code: 'port_busy',
      facts: { hint: expect.stringContaining('--port 0') },
    });
  });

  it('warns when it is open to the network', async () => {
    const rig = await listen({ secret, host: '0.0.0.0' });
    expect(rig.notices.join()).toContain('0.0.0.0 is open to the network');
  });

  it.each([
    [{ count: '0' }],
    [{ port: '70000' }],
    [{ path: 'no-slash' }],
    [{ expect: 'a,,b' }],
    [{ timeout: '30' }],
    [{ forward: ['ftp://localhost/'] }],
    [{ forward: ['http://user:pass@localhost/'] }],
    [{ forward: ['99999'] }],
  ])('refuses %j', async (options) => {
    await expect(listen({ secret, ...options })).rejects.toMatchObject({ code: 'usage' });
  });

  it.each([
    [-120_000, 'ahead of'],
    [120_000, 'behind'],
  ])('warns when the API says a time %i ms from ours', async (offMs, way) => {
    const date = new Date(Date.now() + offMs).toUTCString();
    const http = async () => ({ status: 404, headers: [['Date', date]] as const, body: new Uint8Array() });
    const rig = await listen({ secret, world: { environment: { api_base: 'http://localhost:1' }, http } });
    expect(await rig.saw(/this machine's clock/)).toContain(`${way} the API's`);
  });

  it.each([
    [{ until: 'application.aproved' }, 'did you mean application.approved?'],
    [{ expect: 'application.approved,foo' }, 'revento webhook events'],
    [{ events: 'no-such.*' }, '--unknown-type'],
    [{ forward: ['application.aproved=3000'] }, 'did you mean application.approved?'],
  ])('refuses a type that does not exist: %j', async (options, hint) => {
    await expect(listen({ secret, unknownType: false, ...options })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('Unknown event type'),
      facts: { hint: expect.stringContaining(hint) },
    });
  });

  it('takes made-up types where that is asked for, and knows a pattern by the types it fits', async () => {
    await listen({ secret, unknownType: true, expect: 'foo', events: 'no-such.*' });
    await listen({ secret, unknownType: false, events: 'application.*,*' });
  });

  it('warns of a URL the shell may have cut', async () => {
    const rig = await listen({ secret, forward: ['http://localhost:3000/hook?a=1'] });
    expect(rig.notices.join()).toContain('quote the URL');
  });
});

describe('Ctrl-C', () => {
  it('stops accepting, lets a delivery under way finish, and sums up', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const target = await handler(async () => {
      await held;
      return {};
    });
    const rig = await listen({ secret, forward: [target.url] });
    const answer = send(rig);
    await target.received(1);
    rig.interrupt();
    await expect(dial(rig.port)).rejects.toThrow('ECONNREFUSED');
    release();
    expect((await answer).status).toBe(200);
    expect(await rig.end).toEqual({ status: 130, failure: null });
    expect(rig.lines.map(({ type }) => type)).toEqual(['ready', 'delivery', 'summary']);
  });

  it('does not wait for a handler that hangs, nor for silent connections', async () => {
    const target = await handler(() => new Promise(() => undefined));
    const rig = await listen({ secret, forward: [target.url] });
    const silent = await dial(rig.port);
    const socket = await dial(rig.port);
    const answer = readAnswer(socket);
    socket.write(aDelivery({ secret }).wire);
    await target.received(1);
    rig.interrupt();
    expect(await rig.end).toEqual({ status: 130, failure: null });
    expect((await answer).status).toBe(503);
    expect(summaryOf(rig)).toMatchObject({ forwarded: 1, failed: 1 });
    // The handler did nothing wrong.
    expect((await rig.delivery(0))['forward']).toMatchObject([{ status: null, error: 'aborted' }]);
    silent.destroy();
  });

  it('is a failure where something was waited for', async () => {
    const rig = await listen({ secret, until: 'application.approved' });
    rig.interrupt();
    expect((await rig.end).failure).toMatchObject({ code: 'interrupted' });
  });
});
