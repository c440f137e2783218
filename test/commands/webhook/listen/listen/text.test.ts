import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../support/fake-clock.ts';
import { freePort } from '../../../../support/http/free-port.ts';
import { dial, rawExchange } from '../../../../support/http/raw-http.ts';
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
const post = 'POST /webhooks/revento HTTP/1.1\r\nHost: x\r\n';
/** A head that might verify, for all that it says: the body has to be read. */
const signed = () =>
  `${post}X-Revento-Event: a\r\nX-Revento-Delivery-Id: b\r\nX-Revento-Timestamp: ${Math.floor(Date.now() / 1000)}\r\n` +
  `X-Revento-Signature: sha256=${'0'.repeat(64)}\r\n`;

describe('text', () => {
  const amount = '{"type":"application.approved","data":{"amount":1.50,"__proto__":1}}';

  it('is one line for each delivery, with the answer, its latency and the delivery id', async () => {
    const target = await handler();
    const rig = await listen({ secret, forward: [target.url], format: 'table', count: '1' });
    const delivery = aDelivery({ secret, body: amount });
    await rawExchange(rig.port, { pieces: [delivery.wire] });
    await rig.end;
    const [line, summary, ...others] = rig.texts.slice(1).join('\n').split('\n');
    const id = `\\[${delivery.deliveryId}\\]`;
    expect(line).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d ✓ verified application.approved → 200 POST ${target.url} \\d+ ms ${id}$`),
    );
    expect(summary).toMatch(/^1 delivery: 1 verified, 0 invalid, .* latency p50 [\d.]+ ms, p95 [\d.]+ ms$/);
    expect(others).toEqual([]);
  });

  it('has the payload as it was signed below the line, with --print-body', async () => {
    const rig = await listen({ secret, format: 'table', count: '1', printBody: true });
    await send(rig, { body: amount });
    await rig.end;
    const [, text = ''] = rig.texts;
    expect(text.slice(text.indexOf('\n') + 1)).toBe(
      '{\n  "type": "application.approved",\n  "data": {\n    "amount": 1.50,\n    "__proto__": 1\n  }\n}',
    );
  });

  it("shows a handler's complaint, and a hint for its status", async () => {
    const target = await handler(() => ({ status: 401, body: 'who are you?' }));
    const rig = await listen({ secret, forward: [target.url], format: 'table' });
    await send(rig);
    const text = await rig.saw(/→ 401/);
    expect(text).toContain('  | who are you?');
    expect(text).toContain('behind your own authentication');
  });

  it('shows an answer when it arrives, even if an earlier delivery still waits', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await handler(async () => {
      await held;
      return {};
    });
    const quick = await handler();
    const forward = [`application.approved=${slow.url}`, quick.url];
    const rig = await listen({ secret, forward, format: 'table', count: '2' });
    const first = send(rig);
    await slow.received(1);
    await send(rig, { type: 'activity.updated' });
    await rig.saw(new RegExp(`→ 200 POST ${quick.url}`));
    release();
    await first;
    await rig.end;
    expect(rig.texts.join('\n')).toContain(`→ 200 POST ${slow.url}`);
  });

  it('names where a redirect points, which is not followed', async () => {
    const target = await handler(() => ({ status: 308, headers: { Location: '/webhooks/revento/' } }));
    const rig = await listen({ secret, forward: [target.url], format: 'table' });
    await send(rig);
    expect(await rig.saw(/→ 308/)).toContain('send to /webhooks/revento/ ');
  });

  it('shows the status that the sender got when the handler is not running', async () => {
    const rig = await listen({ secret, forward: [String(await freePort())], format: 'table' });
    await send(rig);
    expect(await rig.saw(/→ connection refused POST/)).toMatch(/ \d+ ms, answered 502 \[/);
  });

  it('marks what the previous secret signed, and says once what that means', async () => {
    const previousSecret = newSecret();
    const rig = await listen({ secret, previousSecret, format: 'table', count: '3' });
    await send(rig);
    for (let index = 0; index < 2; index++) await send(rig, { secret: previousSecret });
    await rig.end;
    expect(rig.texts.join('\n').match(/ ✓ verified .*\(previous secret\)/g)).toHaveLength(2);
    expect(rig.notices.filter((notice) => notice.includes('signed with the previous secret'))).toHaveLength(1);
  });

  it('reports a flood in one line a second', async () => {
    // However slow this machine is, it stays one second.
    const rig = await listen({ secret, format: 'table', deps: { clock: fakeClock(Date.now()) } });
    for (let index = 0; index < 60; index++) await send(rig, { signature: `sha256=${'0'.repeat(64)}` });
    rig.interrupt();
    await rig.end;
    expect(rig.notices.join('\n')).toMatch(/… and \d+ more requests that were refused or failed verification/);
    expect(rig.texts.filter((text) => text.includes('not verified'))).toHaveLength(10);
  });

  it.each(['::1', '[::1]'])('names an IPv6 address in brackets, however it was given (%s)', async (host) => {
    const rig = await listen({ secret, host, format: 'table' });
    expect(rig.url).toMatch(/^http:\/\/\[::1\]:\d+\/webhooks\/revento$/);
    expect(rig.texts[0]).toContain(`tunnel port ${rig.port} `);
  });

  it.each([
    ['TLS', Buffer.from('16030100050100000103', 'hex'), / 400 TLS handshake: .* at http:\/\/localhost:\d+, not https:/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', / 400 HTTP\/2 preface: this port speaks HTTP\/1\.1/],
    ['the PROXY protocol', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nGET / HTTP/1.1\r\n\r\n', / 400 PROXY protocol header: /],
    ['bare line feeds', 'POST / HTTP/1.1\nHost: x\n\n', / 400 not readable as HTTP\/1\.1: .*bare line feeds/],
    [
      'two lengths',
      `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
      / 400 not readable as HTTP\/1\.1: Duplicate Content-Length/,
    ],
    [
      'a length beside chunks',
      `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      / 400 not readable as HTTP\/1\.1: /,
    ],
    ['a long head', `${post}X-Long: ${'x'.repeat(132_000)}\r\n\r\n`, / 431 request head over 128 KB/],
    [
      'no Host',
      'POST /webhooks/revento HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
      / 400 POST \/webhooks\/revento \(no Host header\)/,
    ],
    [
      'a CONNECT',
      'CONNECT revento.example:443 HTTP/1.1\r\nHost: revento.example\r\n\r\n',
      / 405 CONNECT revento\.example:443 \(this port is not a proxy\)/,
    ],
    [
      'an absolute target',
      'GET http://revento.example/ HTTP/1.1\r\nHost: revento.example\r\n\r\n',
      / 400 GET http:\/\/revento\.example\/ \(.*proxy\?\)/,
    ],
    [
      'a strange expectation',
      `${post}Expect: miracles\r\n\r\n`,
      / 417 POST \/webhooks\/revento \(unknown Expect header\)/,
    ],
    [
      'a strange coding',
      `${post}Transfer-Encoding: gzip, chunked\r\n\r\n`,
      / 501 POST \/webhooks\/revento \(a Transfer-Encoding /,
    ],
    [
      'a declared body that is too long',
      `${post}Content-Length: 1048577\r\n\r\n`,
      / 413 POST \/webhooks\/revento \(body over 1 MiB\)/,
    ],
    [
      'chunks that are too long',
      `${signed()}Transfer-Encoding: chunked\r\n\r\n100001\r\n${'x'.repeat(0x100001)}\r\n0\r\n\r\n`,
      / 413 POST \/webhooks\/revento \(body over 1 MiB\)/,
    ],
    [
      'another path',
      'POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
      / 404 POST \/hook \(deliveries go to \/webhooks\/revento\)/,
    ],
  ])('has a line, with its time, for a request it cannot take: %s', async (_what, bytes, line) => {
    const rig = await listen({ secret });
    const socket = await dial(rig.port);
    socket.on('error', () => undefined).write(bytes);
    expect(await rig.saw(line)).toMatch(/^\d\d:\d\d:\d\d [45]/);
    socket.destroy();
  });

  it('has a line for a request that is too slow', async () => {
    const rig = await listen({ secret });
    const socket = await dial(rig.port);
    socket.on('error', () => undefined).write('POST / HTTP/1.1\r\nHos');
    expect(await rig.saw(/408/)).toContain('408 request not complete in time (head 5s, all of it 8s)');
    socket.destroy();
  }, 20_000);

  it('says what it turned away on stderr, not on stdout', async () => {
    const rig = await listen({ secret, count: '1' });
    await send(rig, { path: '/favicon.ico' });
    await send(rig);
    await rig.end;
    expect(rig.notices.join('\n')).toContain('404 POST /favicon.ico');
    expect(rig.lines.map(({ type }) => type)).toEqual(['ready', 'delivery', 'summary']);
  });
});
