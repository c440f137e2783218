import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookTrigger } from '../../../src/commands/webhook/trigger.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import { sampleEnvelope } from '../../../src/webhook/event.ts';
import { deliveryFaults } from '../../../src/webhook/sending/delivery-faults.ts';
import { memory, run } from '../../support/commands/deps.ts';
import { freePort } from '../../support/http/free-port.ts';
import { type Got, handler } from '../../support/webhook/handler.ts';
import { handlerWith } from '../../support/webhook/handler-mistakes.ts';
import { header, sendRig } from '../../support/webhook/send-rig.ts';

const { secret, folder, world, verdict } = sendRig();

const context = { occurredAt: '2026-05-01T12:00:00Z', id: 'evt_delivery_1', eventId: 'evt_1', organizationId: 'org_1' };

describe('trigger', () => {
  it('sends to the listener that runs it, by default', async () => {
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
    const file = join(folder(), 'data.json');
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

  it('warns of a body that Revento does not send, by the schema of its type, and sends it', async () => {
    const target = await handler();
    const trigger = async (type: string, data: string, set: readonly string[] = []) => {
      const rig = world();
      const { failure } = await run(webhookTrigger, { type, to: target.url, data, set }, rig);
      expect(failure).toBeNull();
      return rig.notices;
    };
    const whole = JSON.stringify(sampleEnvelope('application.approved', context).data);
    expect(await trigger('application.approved', whole)).toEqual([]);
    expect(await trigger('application.approved', whole, ['occurred_at=today', 'data.new=1'])).toEqual([
      'warning: Revento does not send this: occurred_at must be an ISO 8601 time.',
    ]);
    expect(await trigger('application.approved', '{}')).toContain(
      'warning: Revento does not send this: data.participant_id is missing.',
    );
    // The guide says no more than that its data is minimal.
    expect(await trigger('data.deletion_required', '{}')).toEqual([]);
    expect(target.got).toHaveLength(4);
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
    const file = join(folder(), 'data.json');
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

  it('rejects a misspelled type before it sends anything, and sends a made-up one on request', async () => {
    const target = await handler();
    const { failure } = await run(webhookTrigger, { type: 'aplication.approved', to: target.url }, world());
    expect(failure).toMatchObject({
      code: 'usage',
      message: 'Unknown event type "aplication.approved".',
      facts: { hint: 'did you mean application.approved? Or to use it anyway, add --unknown-type' },
    });
    const options = { type: 'com.example.made-up', to: target.url, unknownType: true };
    expect((await run(webhookTrigger, options, world())).failure).toBeNull();
    expect(target.got.map((got) => header(got, 'X-Revento-Event'))).toEqual(['com.example.made-up']);
  });

  it.each([undefined, ...deliveryFaults.filter(({ expected }) => expected === 'acknowledge').map(({ name }) => name)])(
    'sends data of any depth (--fault %s)',
    async (fault) => {
      const target = await handler();
      const deep = '['.repeat(10_000) + ']'.repeat(10_000);
      const options = { type: 'application.approved', to: target.url, data: deep, ...(fault && { fault }) };
      expect((await run(webhookTrigger, options, world())).failure).toBeNull();
      expect(target.got[0]?.body.toString()).toContain(`"data":${deep}`);
    },
  );

  it('takes a --set path of any depth', async () => {
    const target = await handler();
    const set = [`${Array.from({ length: 20_000 }, () => 'a').join('.')}=1`];
    const { failure } = await run(webhookTrigger, { type: 'application.approved', to: target.url, set }, world());
    expect(failure).toBeNull();
    expect(target.got[0]?.body.toString()).toContain('{"a":{"a":{"a":');
  });

  it.each([
    [{ type: 'activity.updated', set: ['data.list.99999999=1'], data: '{"list":[]}' }],
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
  it.each(deliveryFaults.map(({ name, expected }) => [name, expected] as const))(
    '%s: a correct handler has to "%s" it, which is not a failure',
    async (fault) => {
      const { url, got } = await handlerWith({ secret, mistake: 'none' });
      const { failure, data } = await run(webhookTrigger, { type: 'application.approved', to: url, fault }, world());
      expect(got.length).toBe(data.length);
      expect(failure).toBeNull();
    },
  );

  it.each(deliveryFaults.filter(({ expected }) => expected === 'reject').map(({ name }) => name))(
    '%s: a handler that accepts it ends the run with 3',
    async (fault) => {
      const { url } = await handler();
      const { failure } = await run(webhookTrigger, { type: 'application.approved', to: url, fault }, world());
      expect(failure).toMatchObject({
        code: 'unmet',
        message: `The handler accepted a delivery that it must reject (--fault ${fault}).`,
        facts: { hint: expect.stringContaining(`revento webhook check ${url}`) },
      });
    },
  );

  it.each([500, 404, 405, 429, 301])('that is answered %i was not rejected by the handler', async (status) => {
    const { url } = await handler(() => ({ status }));
    const options = { type: 'application.approved', to: url, fault: 'stale' };
    expect((await run(webhookTrigger, options, world())).failure).toMatchObject({
      code: 'failed',
      message: 'The delivery was not rejected.',
      facts: { status },
    });
  });

  it('without an answer does not count as rejected', async () => {
    const to = `http://127.0.0.1:${await freePort()}/`;
    const { failure } = await run(webhookTrigger, { type: 'application.approved', to, fault: 'stale' }, world());
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining('connection refused') });
  });

  it('re-serialized has its former spelling too', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const options = { type: 'application.approved', to: url, fault: 're-serialised' };
    expect((await run(webhookTrigger, options, world())).failure).toBeNull();
  });

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
