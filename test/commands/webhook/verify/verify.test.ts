import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookEvents } from '../../../../src/commands/webhook/events.ts';
import { webhookSign } from '../../../../src/commands/webhook/sign.ts';
import { webhookVerify } from '../../../../src/commands/webhook/verify/verify.ts';
import { eventTypes } from '../../../../src/webhook/event.ts';
import { memory, run, testNow, type World } from '../../../support/commands/deps.ts';
import { newSecret } from '../../../support/webhook/delivery.ts';

const secret = newSecret();
const now = String(testNow / 1000);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'revento-verify-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const world = (changes: World = {}): World => ({ environmentSecrets: { webhook_secret: secret }, ...changes });
const hmac = (body: string | Uint8Array, timestamp = now, key = secret) =>
  `sha256=${createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex')}`;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'body');
  await writeFile(path, content);
  return path;
}

describe('verify', () => {
  const body = Buffer.from('{"n":1.50}\r\n\0\xff', 'latin1');

  it('accepts the bytes of a file', async () => {
    const { status, data, text } = await run(
      webhookVerify,
      { file: await file(body), timestamp: now, signature: hmac(body) },
      memory(world()),
    );
    expect(status).toBeUndefined();
    expect(data).toEqual([{ verified: true, reason: null, secret: 'current', hints: [] }]);
    expect(text).toMatch(/^verified with REVENTO_WEBHOOK_SECRET \(fingerprint [0-9a-f]{8}\)$/);
  });

  it.each([undefined, '-'])('accepts standard input (%s)', async (name) => {
    const options = { ...(name !== undefined && { file: name }), timestamp: now, signature: hmac('{}') };
    const { data } = await run(webhookVerify, options, memory(world({ stdin: '{}' })));
    expect(data).toMatchObject([{ verified: true }]);
  });

  it('accepts the previous secret of a rotation, and says that it is that one', async () => {
    const previous = newSecret();
    const secrets = { default: { webhook_secret: newSecret(), webhook_secret_previous: previous } };
    const options = { file: '-', timestamp: now, signature: hmac('{}', now, previous) };
    const { data, text } = await run(webhookVerify, options, memory({ secrets, stdin: '{}' }));
    expect(data).toMatchObject([{ verified: true, secret: 'previous' }]);
    expect(text).toMatch(/profile default \(fingerprint \w{8}\)\nhint: it was signed with the previous secret/);
  });

  it('ends with 3, the reason and what to try', async () => {
    const options = { file: '-', timestamp: now, signature: hmac('{"a": 1}') };
    const { status, data, text } = await run(webhookVerify, options, memory(world({ stdin: '{"a":1}' })));
    expect(status).toBe(3);
    expect(data).toMatchObject([{ verified: false, reason: 'signature_mismatch' }]);
    expect(text).toMatch(/^not valid: signature_mismatch\nhint: .*as Python writes it/);
  });

  it.each([
    ['{}\n', 'The body ends in a line break'],
    ['{}', 'may have removed one from the body'],
  ])('looks for what is not seen at the end of the body: %j', async (stdin, words) => {
    const options = { file: '-', timestamp: now, signature: hmac('{}', now, newSecret()) };
    const { text } = await run(webhookVerify, options, memory(world({ stdin })));
    expect(text).toContain(words);
  });

  it('compares with the secrets of other profiles', async () => {
    const other = newSecret();
    const options = { file: '-', timestamp: now, signature: hmac('{}', now, other) };
    const secrets = { staging: { webhook_secret: other } };
    const { text } = await run(webhookVerify, options, memory(world({ stdin: '{}', secrets })));
    expect(text).toContain('profile "staging"');
  });

  it('refuses an old timestamp, and takes it with --ignore-age', async () => {
    const old = '1600000000';
    const options = { file: await file('{}'), timestamp: old, signature: hmac('{}', old) };
    expect(await run(webhookVerify, options, memory(world()))).toMatchObject({
      status: 3,
      data: [{ reason: 'stale_timestamp' }],
    });
    expect(await run(webhookVerify, { ...options, ignoreAge: true }, memory(world()))).toMatchObject({
      status: undefined,
      data: [{ verified: true }],
    });
  });

  const recordedLine = (changes: object = {}, extraHeaders: object = {}) =>
    JSON.stringify({
      type: 'delivery',
      delivery_id: 'x',
      event: 'y',
      received_at: '2026-03-01T12:00:00.000Z',
      headers: {
        'x-revento-delivery-id': 'x',
        'x-revento-event': 'y',
        'x-revento-timestamp': now,
        'x-revento-signature': hmac(body),
        ...extraHeaders,
      },
      body_base64: body.toString('base64'),
      ...changes,
    });

  it.each([
    ['a byte order mark and CRLF', (line: string) => Buffer.from(`\ufeff${line}\r\n`)],
    ['UTF-16, as PowerShell writes it', (line: string) => Buffer.from(`\ufeff${line}\r\n`, 'utf16le')],
  ])('takes one recorded delivery in a file with %s', async (_name, write) => {
    const { data } = await run(webhookVerify, { file: await file(write(recordedLine())) }, memory(world()));
    expect(data).toMatchObject([{ verified: true }]);
  });

  it('takes one recorded delivery, with its own headers', async () => {
    const { data } = await run(webhookVerify, { file: await file(`${recordedLine()}\n`) }, memory(world()));
    expect(data).toMatchObject([{ verified: true }]);
  });

  it.each([
    ['a missing id', { delivery_id: null }, { 'x-revento-delivery-id': undefined }],
    ['a repeated event', { event: null }, { 'x-revento-event': ['y', 'y'] }],
  ])('believes no recorded delivery with %s, as listen does not', async (_name, changes, headers) => {
    const options = { file: await file(recordedLine(changes, headers)), ignoreAge: true };
    expect(await run(webhookVerify, options, memory(world()))).toMatchObject({
      status: 3,
      data: [{ reason: 'missing_header' }],
    });
  });

  it('refuses a line whose fields differ from what was signed', async () => {
    const options = { file: await file(recordedLine({ body: '{"n":2}' })), ignoreAge: true };
    const { failure } = await run(webhookVerify, options, memory(world()));
    expect(failure?.message).toBe('This recorded delivery was altered: its body does not match its body_base64.');
  });

  it.each([
    ['a bare body without headers', '{}', {}],
    ['several lines', '{"type":"delivery"}\n{"type":"delivery"}', {}],
    ['a timestamp alone', '{}', { timestamp: now }],
  ])('refuses %s', async (_name, content, options) => {
    const { failure } = await run(webhookVerify, { file: await file(content), ...options }, memory(world()));
    expect(failure).toMatchObject({ code: 'usage' });
  });

  it('says which file is missing', async () => {
    const options = { file: join(folder, 'gone'), timestamp: now, signature: 'x' };
    expect((await run(webhookVerify, options, memory(world()))).failure).toMatchObject({ code: 'file' });
  });

  it('does not wait for a terminal', async () => {
    const options = { timestamp: now, signature: 'x' };
    expect((await run(webhookVerify, options, memory(world()))).failure).toMatchObject({ code: 'usage' });
  });
});

describe('sign', () => {
  it('prints headers that verify accepts', async () => {
    const path = await file('{"type":"activity.updated"}');
    const { data } = await run(webhookSign, { file: path }, memory(world()));
    const headers = data[0] as Record<string, string>;
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'X-Revento-Event': 'activity.updated',
      'X-Revento-Delivery-Id': expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      'X-Revento-Timestamp': now,
      'X-Revento-Signature': hmac('{"type":"activity.updated"}'),
    });
  });

  it('prints a line a header', async () => {
    const options = { file: await file('any bytes'), timestamp: '5', deliveryId: 'id', type: 'a.b', unknownType: true };
    const { text } = await run(webhookSign, options, memory(world()));
    expect(text.split('\n')).toEqual([
      'Content-Type: application/json',
      'X-Revento-Event: a.b',
      'X-Revento-Delivery-Id: id',
      'X-Revento-Timestamp: 5',
      `X-Revento-Signature: ${hmac('any bytes', '5')}`,
    ]);
  });

  it('refuses a misspelled type, and names the one that is meant', async () => {
    const options = { file: await file('any bytes'), type: 'aplication.approved' };
    expect((await run(webhookSign, options, memory(world()))).failure).toMatchObject({
      code: 'usage',
      facts: { hint: 'did you mean application.approved? Or to use it anyway, add --unknown-type' },
    });
  });

  it.each(['NaN', 'undefined', '-1', '1e3', ' ', '', '007'])(
    'signs no timestamp that cannot verify: "%s"',
    async (timestamp) => {
      const options = { file: await file('{}'), timestamp };
      expect((await run(webhookSign, options, memory(world()))).failure).toMatchObject({ code: 'usage' });
    },
  );

  it.each([
    ['\ufeff{"type":"a.b"}', 'the body begins with a byte order mark'],
    ['{"type":"a.b"}\n', 'the body ends in a line break'],
  ])('signs every byte of a body, and names what is not seen: %j', async (body, words) => {
    const rig = memory(world());
    const { data } = await run(webhookSign, { file: await file(body) }, rig);
    expect(data).toMatchObject([{ 'X-Revento-Signature': hmac(body) }]);
    expect(rig.notices.join()).toContain(words);
  });

  it('says nothing about an ordinary body', async () => {
    const rig = memory(world());
    await run(webhookSign, { file: await file('{}') }, rig);
    expect(rig.notices).toEqual([]);
  });

  it('makes one header of one value', async () => {
    const options = { file: await file('{}'), deliveryId: 'a\r\nX-Evil: 1' };
    expect((await run(webhookSign, options, memory(world()))).failure).toMatchObject({ code: 'usage' });
  });
});

describe('events', () => {
  it('lists what it knows', async () => {
    const { data, text } = await run(webhookEvents, {}, memory());
    expect((data[0] as { type: string }[]).map(({ type }) => type)).toEqual(eventTypes.map(({ type }) => type));
    expect(text.split('\n')).toHaveLength(eventTypes.length);
  });

  it.each(eventTypes.map(({ type }) => type))('shows a whole envelope of %s', async (type) => {
    const { data } = await run(webhookEvents, { type }, memory());
    const isIntegrationLevel = type.startsWith('integration.');
    expect(Object.keys(data[0] as object)).toEqual([
      'id',
      'type',
      'occurred_at',
      'event_id',
      'organization_id',
      'data',
    ]);
    expect(data[0]).toMatchObject({
      type,
      occurred_at: '2026-03-01T12:00:00.000Z',
      event_id: isIntegrationLevel ? null : 'evt_test_published',
      organization_id: isIntegrationLevel ? null : 'org_test',
    });
  });

  it('gives application.approved the fields of the guide', async () => {
    const { data } = await run(webhookEvents, { type: 'application.approved' }, memory({ event: 'evt_mine' }));
    expect(data[0]).toMatchObject({ event_id: 'evt_mine' });
    expect(Object.keys((data[0] as { data: object }).data)).toEqual([
      'id',
      'participant_id',
      'user_id',
      'status',
      'approved_at',
      'approver_id',
      'custom_form_fields',
    ]);
  });

  it('asks whether a misspelled type was meant', async () => {
    const { failure } = await run(webhookEvents, { type: 'activity.update' }, memory());
    expect(failure?.facts.hint).toBe('did you mean activity.updated?');
  });
});
