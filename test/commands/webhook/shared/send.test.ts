import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { webhookReplay } from '../../../../src/commands/webhook/replay/replay.ts';
import { webhookTrigger } from '../../../../src/commands/webhook/trigger.ts';
import { HttpFailure } from '../../../../src/http/failure.ts';
import { createHttpClient, type HttpClient } from '../../../../src/platform/http/client.ts';
import { createForwarder } from '../../../../src/platform/http/forwarder.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import { deliveryFaults } from '../../../../src/webhook/delivery-faults.ts';
import { verify } from '../../../../src/webhook/signature.ts';
import { type Memory, memory, run, type World } from '../../../support/command-deps.ts';
import { newSecret } from '../../../support/delivery.ts';
import { freePort } from '../../../support/free-port.ts';
import { closeHandlers, type Got, handler } from '../../../support/handler.ts';
import { handlerWith } from '../../../support/handler-mistakes.ts';

const secret = newSecret();
let client: HttpClient;
let folder: string;

beforeAll(async () => {
  client = await createHttpClient();
});
afterAll(() => client.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'revento-send-'));
});
afterEach(async () => {
  await closeHandlers();
  await rm(folder, { recursive: true, force: true });
});

/** Dependencies with a real clock and real clients, because handlers look at the time. */
function world(environmentSecrets: World['environmentSecrets'] = { webhook_secret: secret }): Memory {
  const base = memory({ environmentSecrets });
  return Object.assign(base, {
    deps: { ...base.deps, clock: systemClock, http: async () => client.exchange, forwarder: createForwarder },
  });
}

const header = ({ headers }: Got, name: string) => headers[name.toLowerCase()]?.[0] ?? null;
const verdict = (got: Got) =>
  verify({
    secrets: [secret],
    timestamp: header(got, 'X-Revento-Timestamp'),
    signature: header(got, 'X-Revento-Signature'),
    body: got.body,
    nowSeconds: Date.now() / 1000,
  });

describe('trigger', () => {
  it('sends to the listener that runs it, unless told otherwise', async () => {
    const [listener, other] = [await handler(), await handler()];
    const rig = world();
    const inListener = { ...rig, deps: { ...rig.deps, childEnv: { REVENTO_WEBHOOK_URL: listener.url } } };
    await run(webhookTrigger, { type: 'application.approved' }, inListener);
    await run(webhookTrigger, { type: 'application.approved', to: other.url }, inListener);
    expect([listener.got.length, other.got.length]).toEqual([1, 1]);
  });

  it('says how to start a listener where none answers, and blames no server', async () => {
    const http = async () => async () => {
      throw new HttpFailure('refused', 'localhost:4400', true);
    };
    const rig = world();
    const options = { type: 'application.approved' };
    const { failure } = await run(webhookTrigger, options, { ...rig, deps: { ...rig.deps, http } });
    expect(failure?.facts.hint).toContain('revento webhook listen');
  });

  it('sends one signed sample with the whole envelope', async () => {
    const target = await handler();
    const result = await run(webhookTrigger, { type: 'application.approved', to: target.url }, world());
    expect(result.failure).toBeNull();
    expect(result.data).toMatchObject([{ event: 'application.approved', url: target.url, status: 200, error: null }]);
    const [got] = target.got as [Got];
    expect(verdict(got)).toEqual({ ok: true, secretIndex: 0 });
    expect(JSON.parse(got.body.toString())).toMatchObject({
      type: 'application.approved',
      data: { status: 'approved' },
    });
    expect(header(got, 'X-Revento-Delivery-Id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes --data, from the line or a file, and --set after it', async () => {
    const target = await handler();
    const file = join(folder, 'data.json');
    await writeFile(file, '{"id":"from-file","list":[1,2]}');
    const set = ['data.status=approved', 'data.count=3', 'data.list.1=9', 'data.__proto__.x=1', 'event_id=evt_other'];
    await run(webhookTrigger, { type: 'application.approved', to: target.url, data: `@${file}`, set }, world());
    await run(webhookTrigger, { type: 'application.approved', to: target.url, data: '{"id":"x"}' }, world());
    const [first, second] = target.got.map(({ body }) => body.toString());
    expect(first).toContain('"data":{"id":"from-file","list":[1,9],"status":"approved","count":3,"__proto__":{"x":1}}');
    expect(first).toContain('"event_id":"evt_other"');
    expect(second).toContain('"data":{"id":"x"}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('takes --data from standard input, a byte order mark left out', async () => {
    const target = await handler();
    const rig = memory({ environmentSecrets: { webhook_secret: secret }, stdin: '\ufeff{"id":"piped"}' });
    const { deps } = world();
    const terminal = rig.deps.terminal;
    const { failure } = await run(
      webhookTrigger,
      { type: 'application.approved', to: target.url, data: '@-' },
      { ...rig, deps: { ...deps, terminal } },
    );
    expect(failure).toBeNull();
    expect(target.got[0]?.body.toString()).toContain('"data":{"id":"piped"}');
  });

  it('says which --data is not JSON or cannot be read', async () => {
    const file = join(folder, 'data.json');
    await writeFile(file, Buffer.from([0x22, 0xff, 0x22]));
    const failureOf = async (data: string) =>
      (await run(webhookTrigger, { type: 'application.approved', to: '3000', data }, world())).failure;
    expect(await failureOf(`@${file}`)).toMatchObject({ code: 'usage', message: `${file} is not valid JSON.` });
    expect(await failureOf('@-')).toMatchObject({ code: 'usage', message: 'Standard input is not valid JSON.' });
    expect(await failureOf(`@${file}x`)).toMatchObject({
      code: 'file',
      message: `Cannot read ${file}x: there is no such file.`,
    });
  });

  it('keeps a delivery id that is given', async () => {
    const target = await handler();
    await run(webhookTrigger, { type: 'activity.updated', to: target.url, deliveryId: 'my-id' }, world());
    expect(header(target.got[0] as Got, 'X-Revento-Delivery-Id')).toBe('my-id');
  });

  it.each([301, 401, 500])('fails when it is answered %i', async (status) => {
    const target = await handler(() => ({ status }));
    const { failure } = await run(webhookTrigger, { type: 'activity.updated', to: target.url }, world());
    expect(failure).toMatchObject({ code: 'failed', facts: { status } });
  });

  it('fails when nothing listens, and asks whether the server runs', async () => {
    const to = `http://127.0.0.1:${await freePort()}/`;
    const { failure, data } = await run(webhookTrigger, { type: 'activity.updated', to }, world());
    expect(data).toMatchObject([{ status: null, error: 'refused' }]);
    expect(failure?.facts.hint).toContain('is your server running');
  });

  it.each([
    [{ type: 'activity.updated', fault: 'stal' }],
    [{ type: 'activity.updated', set: ['novalue'] }],
    [{ type: 'activity.updated', set: ['a..b=1'] }],
    [{ type: 'activity.updated', data: '{' }],
    [{ type: 'with space' }],
    [{ type: 'activity.updated', to: 'nonsense' }],
  ])('refuses %j', async (options) => {
    const { failure } = await run(webhookTrigger, { to: '3000', ...options }, world());
    expect(failure).toMatchObject({ code: 'usage' });
  });

  it('needs a secret', async () => {
    const { failure } = await run(webhookTrigger, { type: 'activity.updated', to: '3000' }, world({}));
    expect(failure).toMatchObject({ code: 'setting_missing' });
  });
});

describe('a fault', () => {
  it.each(deliveryFaults.map(({ name, rightAnswer }) => [name, rightAnswer] as const))(
    '%s: a right handler answers with "%s"',
    async (fault, rightAnswer) => {
      const { url, got } = await handlerWith({ secret, mistake: 'none' });
      const { failure, data } = await run(webhookTrigger, { type: 'application.approved', to: url, fault }, world());
      expect(got.length).toBe(data.length);
      if (rightAnswer === 'acknowledge') expect(failure).toBeNull();
      else {
        expect(failure).toMatchObject({ code: 'failed' });
        expect(failure?.facts.hint).toBe(`this is what a right handler does with --fault ${fault}`);
      }
    },
  );

  it.each(['duplicate', 'out-of-order'])('%s is two deliveries', async (fault) => {
    const target = await handler();
    await run(webhookTrigger, { type: 'application.approved', to: target.url, fault }, world());
    const ids = new Set(target.got.map((got) => header(got, 'X-Revento-Delivery-Id')));
    expect(target.got).toHaveLength(2);
    expect(ids.size).toBe(fault === 'duplicate' ? 1 : 2);
    expect(target.got.every((got) => verdict(got).ok)).toBe(true);
  });

  it('huge stays below what a listener takes', async () => {
    const target = await handler();
    await run(webhookTrigger, { type: 'application.approved', to: target.url, fault: 'huge' }, world());
    expect(target.got[0]?.body.length).toBe(900 * 1024);
  });
});

describe('replay', () => {
  const recorded = (
    id: string,
    at: string,
    body: Uint8Array = Buffer.from('{"a":1.50}\n'),
    { reason = null, timestamp = '1600000000' }: { reason?: string | null; timestamp?: string } = {},
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
        'x-revento-signature': `sha256=${'a'.repeat(64)}`,
      },
      body_base64: Buffer.from(body).toString('base64'),
    });
  const cassette = async (...lines: string[]) => {
    const file = join(folder, 'deliveries.ndjson');
    await writeFile(file, lines.join('\n'));
    return file;
  };

  it('sends bytes and headers as they were recorded, without those of the connection', async () => {
    const target = await handler();
    const body = Buffer.of(123, 0, 255, 125);
    const file = await cassette(recorded('a', '2026-01-01T00:00:00Z', body), '');
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
    const file = await cassette(recorded('a', '2026-01-01T00:00:00Z'));
    await run(webhookReplay, { file, to: target.url, resign: true }, world());
    expect(verdict(target.got[0] as Got).ok).toBe(true);
    expect(header(target.got[0] as Got, 'X-Revento-Delivery-Id')).toBe('a');
  });

  const forged = (id: string, reason = 'signature_mismatch') =>
    recorded(id, '2026-01-01T00:00:00Z', undefined, { reason, timestamp: String(Math.floor(Date.now() / 1000)) });

  it.each([true, false])('leaves out what was recorded as invalid, and says so (--resign: %s)', async (resign) => {
    const target = await handler();
    const file = await cassette(
      forged('x'),
      recorded('a', '2026-01-01T00:00:00Z'),
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
    const file = await cassette(forged('x'), recorded('a', '2026-01-01T00:00:00Z'));
    const options = { file, to: target.url, only: ['x'], resign: true };
    expect((await run(webhookReplay, options, world())).failure).toMatchObject({
      code: 'failed',
      message: `${file} has nothing to send but 1 recorded as invalid (signature_mismatch).`,
    });
    const both = await run(webhookReplay, { ...options, includeInvalid: true }, world());
    expect(both.failure).toMatchObject({ code: 'usage' });
    expect(target.got).toEqual([]);
  });

  it('with --include-invalid sends them as they came, and says of a refusal that it is right', async () => {
    const target = await handler(({ headers }) => ({
      status: headers['x-revento-delivery-id']?.[0] === 'x' ? 401 : 200,
    }));
    const file = await cassette(forged('x'), recorded('a', '2026-01-01T00:00:00Z'));
    const { failure } = await run(webhookReplay, { file, to: target.url, includeInvalid: true }, world({}));
    expect(target.got.map((got) => header(got, 'X-Revento-Signature'))).toEqual([
      `sha256=${'a'.repeat(64)}`,
      `sha256=${'a'.repeat(64)}`,
    ]);
    expect(failure).toMatchObject({
      message: '1 of 2 deliveries were not acknowledged.',
      facts: { hint: 'it was recorded as invalid (signature_mismatch): a right handler refuses it' },
    });
  });

  it('does not blame the age of a delivery that is fresh', async () => {
    const target = await handler(() => ({ status: 401 }));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const file = await cassette(recorded('a', new Date().toISOString(), undefined, { timestamp }));
    const { failure } = await run(webhookReplay, { file, to: target.url }, world({}));
    expect(failure?.facts.hint).toMatch(/has your handler another secret/);
  });

  it('says in one sentence that a file is no recording', async () => {
    const target = await handler();
    const file = await cassette(...Array.from({ length: 500 }, () => 'text'));
    const rig = world({});
    expect((await run(webhookReplay, { file, to: target.url }, rig)).failure).toMatchObject({
      message: `${file} is not a recording: line 1 is not JSON.`,
    });
    expect(rig.notices).toEqual([]);
  });

  it('with --only sends these and no others, in the order of the file', async () => {
    const target = await handler();
    const file = await cassette(...['a', 'b', 'c'].map((id) => recorded(id, '2026-01-01T00:00:00Z')));
    await run(webhookReplay, { file, to: target.url, only: ['c', 'a'] }, world({}));
    expect(target.got.map((got) => header(got, 'X-Revento-Delivery-Id'))).toEqual(['a', 'c']);
  });

  it('with --as-recorded keeps the pauses', async () => {
    const target = await handler();
    const file = await cassette(
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
    const file = await cassette(
      recorded('a', '2026-01-01T00:00:00Z'),
      recorded('b', '2026-01-01T00:00:00Z').slice(0, 40),
    );
    const rig = world({});
    const { failure } = await run(webhookReplay, { file, to: target.url }, rig);
    expect(rig.notices.join()).toContain('line 2, the last, is cut off');
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
    const file = await cassette(
      ...('only' in options ? [recorded('a', '2026-01-01T00:00:00Z')] : ['{"type":"ready"}']),
    );
    const { failure } = await run(webhookReplay, { file, to: '3000', ...options }, world({}));
    expect(failure?.message).toContain(words);
  });
});

describe('check', () => {
  const options = { patience: '10s', only: 'valid-compact,stale' };

  it('scores a right handler and ends with 0', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBeUndefined();
    expect(text).toContain('✓ refuses a timestamp ten minutes old (stale)');
    expect(text).toMatch(/2 of 2 cases hold$/);
  });

  it('explains a failed case and ends with 3', async () => {
    const { url } = await handlerWith({ secret, mistake: 'no-tolerance' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBe(3);
    expect(text).toMatch(
      /✗ refuses a timestamp .*\n {4}sent .*\n {4}wanted {2}401\n {4}got {5}HTTP 200\n {4}why .*\n {4}fix /,
    );
    expect(text).toMatch(/1 of 2 cases hold, 1 failed$/);
  });

  it('names the one cause where not even a plain delivery is taken, and spares the remedies of the rest', async () => {
    const { url } = await handlerWith({ secret: newSecret(), mistake: 'none' });
    const rig = world();
    const only = 'valid-compact,valid-pretty,duplicate';
    const { status, text } = await run(webhookCheck, { ...options, only, url }, rig);
    expect(status).toBe(3);
    expect(text.match(/ {4}fix /g)).toHaveLength(1);
    expect(text).toMatch(/^✗ .*\(duplicate\) HTTP 401, then HTTP 401$/m);
    expect(rig.notices.join()).toMatch(/hint: a plain right delivery .* with this secret, fp:/);
  });

  it.each([
    [301, 'redirects are not followed'],
    [404, 'does your server serve POST'],
    [405, 'not for POST'],
    [501, 'takes no POST'],
    [503, 'the handler failed'],
  ])('sends no more to what is no handler: %i', async (status, hint) => {
    const target = await handler(() => ({ status, body: 'Unsupported method' }));
    const rig = world();
    const { status: exit, text } = await run(webhookCheck, { patience: '10s', url: target.url }, rig);
    expect({ exit, posts: target.got.filter(({ method }) => method === 'POST').length }).toEqual({ exit: 3, posts: 1 });
    expect(text).toMatch(/0 of 1 cases hold, 1 failed$/);
    expect(rig.notices.join()).toMatch(/^hint: a plain right delivery .* the other \d\d cases were not sent: /);
    expect(rig.notices.join()).toContain(hint);
    // The remedy of the case is about a secret, which nobody has looked at.
    expect(text).not.toMatch(/fix .*secret/);
  });

  it('tells once what a handler says that refuses everything', async () => {
    const target = await handler(() => ({ status: 500, body: 'TypeError: boom' }));
    const { text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    expect(text.match(/boom/g)).toHaveLength(1);
    expect(text).toMatch(/^✗ .*\(duplicate\) HTTP 500, then HTTP 500$/m);
  });

  it('does not wait for a handler that never answers thirty times over', async () => {
    const target = await handler(() => new Promise(() => undefined));
    const rig = world();
    const { status, text } = await run(webhookCheck, { patience: '50ms', url: target.url }, rig);
    expect({ status, posts: target.got.filter(({ method }) => method === 'POST').length }).toEqual({
      status: 3,
      posts: 1,
    });
    expect(text).toMatch(/0 of 1 cases hold, 1 failed$/);
    expect(rig.notices.join()).toMatch(/the other \d\d cases were not sent/);
  });

  it('shows what the handler says when it refuses', async () => {
    const { url } = await handler(() => ({ status: 500, body: '<html><pre>TypeError: boom</pre></html>' }));
    const { text } = await run(webhookCheck, { ...options, only: 'valid-pretty', url }, world());
    expect(text).toContain('got     HTTP 500 (TypeError: boom)');
  });

  it('tries the previous secret as well where there is one', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const only = 'valid-compact,previous-secret';
    const secrets = { webhook_secret: secret, webhook_secret_previous: newSecret() };
    const { status, text } = await run(webhookCheck, { ...options, only, url }, world(secrets));
    expect(status).toBe(3);
    expect(text).toMatch(/✓ .*\(valid-compact\)\n✗ .*\(previous-secret\)\n/);
  });

  it('leaves the case of the previous secret out where there is none, and says so to who asks for it', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const all = await run(webhookCheck, { patience: '10s', url }, world());
    expect(all.text).not.toContain('previous-secret');
    const asked = await run(webhookCheck, { ...options, only: 'previous-secret', url }, world());
    expect(asked.failure).toMatchObject({ code: 'setting_missing' });
  });

  it('gives the whole report as one document with -o json', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const rig = world();
    const { data } = await run(
      webhookCheck,
      { ...options, url },
      Object.assign(rig, { deps: { ...rig.deps, format: 'json' } }),
    );
    expect(data).toMatchObject([
      { url, passed: 2, warned: 0, failed: 0, cases: [{ id: 'valid-compact' }, { id: 'stale' }] },
    ]);
  });

  it('lists the cases without a handler or a secret', async () => {
    const { text } = await run(webhookCheck, { patience: '10s', list: true }, world({}));
    expect(text.split('\n').length).toBeGreaterThanOrEqual(20);
  });

  it('says in one sentence that nothing is there', async () => {
    const url = String(await freePort());
    expect((await run(webhookCheck, { ...options, url }, world())).failure).toMatchObject({
      code: 'failed',
      facts: { hint: expect.stringContaining('start your handler') },
    });
  });

  it.each([[{ url: '3000', only: 'stail' }], [{}], [{ url: '3000', patience: '0s' }]])('refuses %j', async (given) => {
    expect((await run(webhookCheck, { patience: '10s', ...given }, world())).failure).toMatchObject({ code: 'usage' });
  });
});
