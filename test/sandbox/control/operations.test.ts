import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  fromQuery,
  type OperationName,
  operationAt,
  operations,
  type ParamsOf,
  readParams,
  readResult,
  spread,
} from '../../../src/sandbox/control/operations.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const deliveryId = '0b9f6c1e-6f6a-4c53-9c1f-6b1f0f7f4c11';
const names = Object.keys(operations) as OperationName[];
/** What the documentation shows, and more parameters where it shows few. */
const given = {
  ...Object.fromEntries(names.map((name) => [name, operations[name].example.params])),
  redeliver: { delivery_id: deliveryId },
  delivery_body: { delivery_id: deliveryId },
  do: { action: 'approve', event_id: 'evt_test_published', set: {} },
  subjects: { action: 'approve', starts_with: 'ptp_', limit: 3 },
  trigger: { type: 'activity.updated', data: { id: 'act_1', list: [1, null] } },
  login: { kind: 'user', scope: ['profile.read'] },
  fault: { add: ['api:500x2'], clear: true },
  reset: { keep_logins: true },
  applications: { status: 'approved', search: 'a b', offset: 2, limit: 3 },
  activities: { event_id: 'evt_test_published' },
  consents: { limit: 5 },
  logins: { limit: 5 },
  log: { kind: 'request', subject: 'evt_test published&', after: 3 },
} as unknown as { readonly [Name in OperationName]: ParamsOf<Name> };

describe('operations of the sandbox', () => {
  it.each(names)('%s is read as it was asked for', (name) => {
    const { path: target, body } = spread(name, given[name]);
    const [path = '', query] = target.split('?');
    const found = operationAt(operations[name].method, path);
    expect(found).toMatchObject({ name });
    const inPath = found !== null && 'name' in found ? found.inPath : {};
    const inQuery = fromQuery(name, new Map(new URLSearchParams(query)));
    expect(readParams(name, { ...body, ...inPath, ...inQuery })).toEqual(readParams(name, given[name]));
  });

  it.each(names)('%s answers in the shape its row has', async (name) => {
    const key = randomBytes(24).toString('hex');
    const sandbox = createSandbox({
      clock: fakeClock(),
      controlKey: key,
      webhook: {
        url: 'http://127.0.0.1:3000/',
        secret: key,
        send: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
      },
    });
    const app = integrationOf(sandbox);
    const ask = async (asked: OperationName, params: object) => {
      const { path, body } = spread(asked, { ...given[asked], ...params });
      const { method } = operations[asked];
      const text = method === 'POST' ? JSON.stringify(body) : '';
      return app.send(method, `/_sandbox/v1${path}`, [['Authorization', `Bearer ${key}`]], text);
    };
    const sent = jsonOf(await ask('trigger', {}));
    const answer = await ask(
      name,
      name === 'redeliver' || name === 'delivery_body'
        ? { delivery_id: (sent['delivery'] as { delivery_id: string }).delivery_id }
        : {},
    );
    expect(answer.status).toBe(operations[name].status);
    expect(readResult(name, jsonOf(answer))).toEqual(jsonOf(answer));
  });

  it('has one row for each method and path', () => {
    const requests = names.map((name) => `${operations[name].method} ${operations[name].path}`);
    expect(new Set(requests).size).toBe(requests.length);
  });

  it('takes no answer of something else for a result', () => {
    expect(readResult('rotate', { webhook_secret: 5 })).toBeNull();
    expect(readResult('deliveries', { deliveries: [{ delivery_id: deliveryId }] })).toBeNull();
    expect(readResult('reset', 'welcome')).toBeNull();
  });
});
