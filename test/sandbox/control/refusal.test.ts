import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type OperationName, operations, spread } from '../../../src/sandbox/control/operations.ts';
import { type RefusalCode, refusals } from '../../../src/sandbox/control/refusal.ts';
import { commonRefusals } from '../../../src/sandbox/control/rows/operation.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

type Params = { readonly [name: string]: unknown };

/** What provokes each refusal that a row names; the last request is the one that is refused. */
const provoked: { readonly [name: string]: { readonly [Code in RefusalCode]?: readonly Params[] } } = {
  delivery_body: { not_found: [{ delivery_id: 'unknown' }] },
  redeliver: { not_found: [{ delivery_id: 'unknown' }], no_webhook_url: [{ delivery_id: 'unknown' }] },
  trigger: {
    not_found: [{ type: 'activity.updated', event_id: 'evt_unknown' }],
    no_webhook_url: [{ type: 'activity.updated' }],
    not_delivered: [{ type: 'integration.suspended' }, { type: 'activity.updated' }],
  },
  rotate: { no_rotation: [{ finish: true }], no_webhook_url: [{}] },
  do: {
    unknown_action: [{ action: 'aprove' }],
    not_a_parameter: [{ action: 'approve', set: { color: 'red' } }],
    not_found: [{ action: 'approve', ids: ['ptp_unknown'] }],
    does_not_fit: [{ action: 'suspend' }, { action: 'suspend', ids: ['integration'] }],
    nobody_fits: [{ action: 'reinstate' }],
  },
  actions: { not_found: [{ event_id: 'evt_unknown' }] },
  subjects: {
    unknown_action: [{ action: 'aprove' }],
    not_found: [{ action: 'approve', event_id: 'evt_unknown' }],
  },
  login: { not_found: [{ kind: 'user', participant_id: 'ptp_unknown' }] },
  applications: { not_found: [{ event_id: 'evt_unknown' }] },
  activities: { not_found: [{ event_id: 'evt_unknown' }] },
  fault: { not_found: [{ remove: ['api:503'] }] },
  revoke: { not_found: [{ event_id: 'evt_unknown' }] },
  set_clock: { backwards: [{ to: '1999-01-01T00:00:00Z' }] },
};

const named = (Object.keys(operations) as OperationName[]).flatMap((name) =>
  operations[name].refusals.map((code: RefusalCode) => ({ name, code })),
);

describe('what an operation names as its refusals', () => {
  it.each(named)('$name: $code', async ({ name, code }) => {
    const key = randomBytes(24).toString('hex');
    const send = async () => ({ status: 204, headers: [], body: new Uint8Array() });
    const webhook = { url: 'http://127.0.0.1:3000/', secret: key, send };
    const sandbox = createSandbox({
      clock: fakeClock(),
      controlKey: key,
      ...(code === 'no_webhook_url' ? {} : { webhook }),
    });
    const requests = provoked[name]?.[code] ?? [];
    expect(requests.length).toBeGreaterThan(0);
    let answer: { status: number; error: unknown } | null = null;
    for (const params of requests) {
      const { path, body } = spread(name, params as never);
      const headers = [['Authorization', `Bearer ${key}`]] as const;
      const response = await integrationOf(sandbox).send(
        operations[name].method,
        `/_sandbox/v1${path}`,
        headers,
        JSON.stringify(body),
      );
      answer = { status: response.status, error: jsonOf(response)['error'] };
    }
    expect(answer).toEqual({ status: refusals[code].status, error: code });
  });

  it('is all of what this file provokes', () => {
    const here = Object.entries(provoked).flatMap(([name, codes]) =>
      Object.keys(codes).map((code) => `${name} ${code}`),
    );
    expect(here.sort()).toEqual(named.map(({ name, code }) => `${name} ${code}`).sort());
  });

  it('is each code of the table, beside what every path may answer', () => {
    const all = new Set<string>([...named.map(({ code }) => code), ...commonRefusals, 'method_not_allowed']);
    expect([...all].sort()).toEqual(Object.keys(refusals).sort());
  });
});
