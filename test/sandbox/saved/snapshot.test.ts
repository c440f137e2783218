import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { readSnapshot, type Snapshot } from '../../../src/sandbox/saved/snapshot.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { stillClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const key = randomBytes(24).toString('hex');

function setUp(saved?: Snapshot, statuses: number[] = []) {
  const received: HttpRequest[] = [];
  const sandbox = createSandbox({
    clock: stillClock(),
    ...(saved !== undefined && { saved }),
    hasAutoConsent: true,
    controlKey: key,
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      send: async (request) => {
        received.push(request);
        return { status: statuses.shift() ?? 204, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  const ask = async (method: string, path: string, body?: unknown) =>
    jsonOf(
      await app.send(
        method,
        `/_sandbox/v1${path}`,
        [['Authorization', `Bearer ${key}`]],
        body === undefined ? '' : JSON.stringify(body),
      ),
    );
  return { sandbox, app, ask, received };
}

/** What a file gives back. */
function throughFile(snapshot: Snapshot): Snapshot {
  const read = readSnapshot(JSON.parse(JSON.stringify(snapshot)));
  if ('problem' in read) throw new Error(read.problem);
  return read.snapshot;
}

describe('a sandbox that was saved and loaded', () => {
  it('is the same one', async () => {
    const first = setUp(undefined, [500]);
    const login = await first.app.login();
    await first.ask('POST', '/do', { action: 'approve' });
    await first.ask('POST', '/do', { action: 'apply', set: { first_name: 'Ada' } });
    await first.ask('POST', '/rotate', {});
    await first.ask('POST', '/clock/advance', { ms: 5_000 });
    const path = '/events/evt_test_published/participants?limit=50';
    const before = jsonOf(await first.app.api(path, login['access_token']));
    const saved = throughFile(first.sandbox.save());
    first.sandbox.close();

    const second = setUp(saved);
    expect(second.sandbox.clients).toEqual(first.sandbox.clients);
    expect(second.sandbox.save()).toEqual(saved);
    expect(jsonOf(await second.app.api(path, login['access_token']))).toEqual(before);
    expect(await second.ask('GET', '/happenings')).toEqual({ happenings: saved.happenings });
  });

  it('knows its logins, spent refresh tokens too', async () => {
    const first = setUp();
    const login = await first.app.login();
    const renewed = jsonOf(await first.app.refresh(String(login['refresh_token'])));
    const second = setUp(throughFile(first.sandbox.save()));
    const again = jsonOf(await second.app.refresh(String(renewed['refresh_token'])));
    expect(again['access_token']).toMatch(/^rev_install_/);
    expect(jsonOf(await second.app.refresh(String(login['refresh_token'])))).toMatchObject({ error: 'invalid_grant' });
    expect(jsonOf(await second.app.api('/events/evt_test_published', again['access_token']))).toMatchObject({
      error: 'token_revoked',
    });
  });

  it('continues with retries that waited, and with the list a client was reading', async () => {
    const first = setUp(undefined, [500, 500]);
    const { access_token: token } = await first.app.login();
    const page = jsonOf(await first.app.api('/events/evt_test_published/participants?limit=10', token));
    await first.ask('POST', '/trigger', { type: 'activity.updated' });
    await first.ask('POST', '/clock/advance', { ms: 10_000 });
    expect(first.received).toHaveLength(2);
    const second = setUp(throughFile(first.sandbox.save()));
    await second.ask('POST', '/clock/advance', { ms: 60_000 });
    expect(second.received).toHaveLength(1);
    expect(second.received[0]?.body).toEqual(first.received[0]?.body);
    const [delivery] = (await second.ask('GET', '/deliveries'))['deliveries'] as {
      state: string;
      attempts: unknown[];
    }[];
    expect(delivery).toMatchObject({
      state: 'delivered',
      attempts: [{ status: 500 }, { status: 500 }, { status: 204 }],
    });
    const next = `/events/evt_test_published/participants?limit=10&cursor=${page['next_cursor']}`;
    expect((await second.app.api(next, token)).status).toBe(200);
  });

  it('holds no token in the clear', async () => {
    const { sandbox, app } = setUp();
    const login = await app.login();
    const text = JSON.stringify(sandbox.save());
    expect(text).not.toContain(login['access_token']);
    expect(text).not.toContain(login['refresh_token']);
  });
});

it.each([
  ['another version', (one: Snapshot) => ({ ...one, version: 2 }), '"version" must be 1, not 2'],
  ['a missing part', ({ seed: _, ...one }: Snapshot) => one, '"seed" is missing'],
  ['something else', () => 7, 'the file must be Object, not 7'],
])('a file of %s is refused, and says where it is wrong', (_what, change, problem) => {
  const { sandbox } = setUp();
  expect(readSnapshot(change(sandbox.save()))).toEqual({ problem });
});
