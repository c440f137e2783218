import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { FaultPlan } from '../../../src/sandbox/faults/fault-plan.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const path = '/events/evt_test_published';

describe('counting', () => {
  it('applies to COUNT requests after skipping AFTER of them', () => {
    const plan = new FaultPlan([parseFault('api:500x2@1')]);
    const struck = Array.from({ length: 5 }, () => plan.next('api').effect !== null);
    expect(struck).toEqual([false, true, true, false, false]);
  });

  it('counts code exchange and refresh together for token', () => {
    const plan = new FaultPlan([parseFault('token:500x1@1')]);
    expect(plan.next('token', 'code').effect).toBeNull();
    expect(plan.next('token', 'refresh').effect).not.toBeNull();
  });

  it('adds up delays and applies the first other effect', () => {
    const plan = new FaultPlan(['api:slow=1s', 'api:slow=2s', 'api:500x1', 'api:drop'].map(parseFault));
    expect(plan.next('api')).toMatchObject({ delayMs: 3_000, effect: { status: 500 } });
    expect(plan.next('api')).toMatchObject({ delayMs: 3_000, effect: 'drop' });
  });
});

describe('faults of a running sandbox', () => {
  const key = randomBytes(24).toString('hex');
  const running = (...faults: readonly string[]) => {
    const sandbox = createSandbox({
      clock: fakeClock(),
      hasAutoConsent: true,
      faults: faults.map(parseFault),
      controlKey: key,
    });
    const app = integrationOf(sandbox);
    const order = (body: unknown) =>
      app.send('POST', '/_sandbox/v1/faults', [['Authorization', `Bearer ${key}`]], JSON.stringify(body));
    return { app, order };
  };

  it('can be injected while a user is logged in, and count from then on', async () => {
    const { app, order } = running();
    const { access_token: token } = await app.login();
    expect((await app.api(path, token)).status).toBe(200);
    await order({ add: ['api:500x1@1'] });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await app.api(path, token)).status);
    expect(statuses).toEqual([200, 500, 200]);
  });

  it('are added to the active ones, and are listed with their hits', async () => {
    const { app, order } = running('api:500x2');
    const { access_token: token } = await app.login();
    await app.api(path, token);
    expect(jsonOf(await order({ add: ['webhook:twice'] }))).toEqual({
      faults: [
        { fault: 'api:500x2', hits: 1, remaining: 1 },
        { fault: 'webhook:twice', hits: 0, remaining: null },
      ],
    });
  });

  it('are forgotten by a reset, after which those of the start count again', async () => {
    const sandbox = createSandbox({ clock: fakeClock(), faults: [parseFault('api:500x1')], controlKey: key });
    const ask = async (control: string, body: unknown) =>
      jsonOf(
        await integrationOf(sandbox).send(
          'POST',
          `/_sandbox/v1/${control}`,
          [['Authorization', `Bearer ${key}`]],
          JSON.stringify(body),
        ),
      );
    await ask('faults', { add: ['api:404x1'] });
    await ask('reset', {});
    expect(await ask('faults', {})).toEqual({ faults: [{ fault: 'api:500x1', hits: 0, remaining: 1 }] });
  });

  it('are cleared on request, before new ones are added', async () => {
    const { app, order } = running('api:500');
    const { access_token: token } = await app.login();
    expect(jsonOf(await order({ clear: true, add: ['api:404x1'] }))).toMatchObject({
      faults: [{ fault: 'api:404x1' }],
    });
    expect((await app.api(path, token)).status).toBe(404);
    expect((await app.api(path, token)).status).toBe(200);
  });

  it.each([{ add: ['api:explode'] }, { add: 'api:500' }, { add: [null] }, { add: ['api:500', 'x'], clear: true }])(
    'do not change when %j is requested',
    async (body) => {
      const { order } = running('api:500');
      expect((await order(body)).status).toBe(400);
      expect(jsonOf(await order({}))).toMatchObject({ faults: [{ fault: 'api:500' }] });
    },
  );
});
