import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecording } from '../../../../src/webhook/recording.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../support/delivery.ts';
import { freePort } from '../../../support/free-port.ts';
import { closeHandlers, handler } from '../../../support/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../support/listen-rig.ts';
import { dial, rawExchange, readAnswer } from '../../../support/raw-http.ts';

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

describe('--record', () => {
  it('appends every delivery as printed, for its owner only', async () => {
    const record = join(folder, 'deliveries.ndjson');
    const rig = await listen({ secret, record, count: '1' });
    await send(rig, { secret: newSecret() });
    await send(rig, { body: '{"type":"activity.updated","n":1.50}' });
    await rig.end;
    const text = await readFile(record, 'utf8');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rig.lines.filter(({ type }) => type === 'delivery'));
    expect((await stat(record)).mode & 0o777).toBe(0o600);
  });

  it('goes on after a line that was cut off, which then is reported and harms no other', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '{"type":"delivery","delivery_id":"cut');
    const rig = await listen({ secret, record, count: '1' });
    await send(rig);
    await rig.end;
    const { deliveries, warnings } = await parseRecording(await readFile(record, 'utf8'));
    expect(deliveries).toHaveLength(1);
    expect(warnings).toEqual(['line 1 is not JSON; skipped']);
  });

  it.skipIf(process.platform === 'win32')('closes an existing file to other users, and says so', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '');
    await chmod(record, 0o644);
    const rig = await listen({ secret, record, count: '1' });
    await send(rig);
    await rig.end;
    expect((await stat(record)).mode & 0o777).toBe(0o600);
    expect(rig.notices.join('\n')).toContain(`warning: other users could read ${record}; its permissions are 0600 now`);
  });

  // Only root can give a file away.
  it.runIf(process.getuid?.() === 0)('says that the file belongs to another user, and leaves it as it is', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '');
    await chmod(record, 0o644);
    await chown(record, 54321, 54321);
    const rig = await listen({ secret, record });
    expect(rig.notices.join('\n')).toContain(`warning: ${record} belongs to another user`);
    expect((await stat(record)).mode & 0o777).toBe(0o644);
  });

  it('holds no secret of a target: the values of its query are masked, in the output as well', async () => {
    const target = await handler();
    const record = join(folder, 'deliveries.ndjson');
    const rig = await listen({ secret, record, count: '1', forward: [`${target.url}?token=hidden&hidden`] });
    await send(rig);
    await rig.end;
    expect(target.got).toHaveLength(1);
    const everything = `${await readFile(record, 'utf8')}${JSON.stringify(rig.lines)}${rig.texts}${rig.notices}`;
    expect(everything).not.toContain('hidden');
    expect(everything).toContain('?token=[masked]&[masked]');
  });

  it.skipIf(process.platform === 'win32')('fails before anything is received when the file is a pipe', async () => {
    const record = join(folder, 'fifo');
    execFileSync('mkfifo', [record]);
    await expect(listen({ secret, record })).rejects.toMatchObject({
      code: 'file',
      facts: { hint: expect.stringContaining('-o ndjson') },
    });
  });

  it('fails before anything is received when the file cannot be written', async () => {
    await expect(listen({ secret, record: join(folder, 'no/such/folder') })).rejects.toMatchObject({ code: 'file' });
  });
});

it('is neither delayed nor ended by an unsigned body that takes long to explain', async () => {
  const rig = await listen({ secret });
  const nested = `${'['.repeat(4_000)}${'1,'.repeat(100_000)}1${']'.repeat(4_000)}`;
  for (const body of [`${'\n'.repeat(262_000)}a\n`, nested]) {
    expect((await send(rig, { secret: newSecret(), body: Buffer.from(body) })).status).toBe(401);
  }
  expect((await send(rig)).status).toBe(200);
  expect(await rig.delivery(2)).toMatchObject({ verified: true });
});

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

  it('shows an answer when it comes, whoever came before and waits still', async () => {
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

  it('says what the sender was told in place of a handler that is not there', async () => {
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
    const rig = await listen({ secret, format: 'table' });
    for (let index = 0; index < 60; index++) await send(rig, { signature: `sha256=${'0'.repeat(64)}` });
    rig.interrupt();
    await rig.end;
    expect(rig.notices.join('\n')).toMatch(/… and \d+ more requests that were refused or failed verification/);
    expect(rig.texts.filter((text) => text.includes('not verified')).length).toBeLessThan(60);
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
