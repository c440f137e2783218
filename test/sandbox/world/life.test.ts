import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import type { Happening } from '../../../src/sandbox/world/happening.ts';
import { stillClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const key = randomBytes(24).toString('hex');
type Facts = Record<string, unknown>;

/** A sandbox with a handler that keeps what it gets, an organizer's login, and the control API. */
async function setUp(options: { participants?: number } = {}) {
  const clock = stillClock();
  const received: HttpRequest[] = [];
  const sandbox = createSandbox({
    clock,
    ...options,
    hasAutoConsent: true,
    hasRateLimits: false,
    controlKey: key,
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      send: async (request) => {
        received.push(request);
        return { status: 204, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  const { access_token: token } = await app.login();
  const ask = (method: string, path: string, body?: unknown) =>
    app.send(
      method,
      `/_sandbox/v1${path}`,
      [['Authorization', `Bearer ${key}`]],
      body === undefined ? '' : JSON.stringify(body),
    );
  const perform = async (body: Facts) => {
    const answer = await ask('POST', '/do', body);
    return { status: answer.status, ...jsonOf(answer) } as unknown as {
      status: number;
      error?: string;
      message?: string;
      happened: { happening: Happening; delivery_id: string | null }[];
    };
  };
  const one = async (action: string, id?: string, set: Facts = {}) => {
    const done = await perform({ action, ...(id !== undefined && { ids: [id] }), set });
    const [first] = done.happened ?? [];
    if (first === undefined) throw new Error(`${action}: ${done.message}`);
    return first;
  };
  const read = async (path: string) => {
    const answer = await app.api(`/events/evt_test_published${path}`, String(token));
    return { status: answer.status, ...jsonOf(answer) } as { status: number; [field: string]: unknown };
  };
  const participants = async (): Promise<Facts[]> => {
    const rows: Facts[] = [];
    for (let cursor = ''; ; ) {
      const page = await read(`/participants?limit=50${cursor}`);
      rows.push(...(page['data'] as Facts[]));
      if (page['has_more'] !== true) return rows;
      cursor = `&cursor=${page['next_cursor']}`;
    }
  };
  const person = async (id: string) => (await participants()).find((row) => row['id'] === id);
  const bodies = () => received.map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')) as Facts);
  return { app, clock, token: String(token), ask, perform, one, read, participants, person, bodies };
}

describe('an action', () => {
  it('changes what the API answers, and its delivery says the same', async () => {
    const { one, person, bodies } = await setUp();
    const { happening } = await one('approve');
    const { id } = happening.subject;
    const now = await person(id);
    expect(now).toMatchObject({
      application_status: 'approved',
      last_review_action: 'approved',
      last_reviewed_at: '2026-11-24T12:00:00Z',
    });
    expect(bodies()).toEqual([
      expect.objectContaining({
        type: 'application.approved',
        occurred_at: '2026-11-24T12:00:00Z',
        data: {
          id: now?.['application_id'],
          participant_id: id,
          user_id: now?.['user_id'],
          status: 'approved',
          approved_at: now?.['last_reviewed_at'],
          approver_id: now?.['last_reviewer_id'],
          custom_form_fields: now?.['custom_form_fields'],
        },
      }),
    ]);
  });

  it('that does not fit is refused with the state, what it needs and what fits, and changes nothing', async () => {
    const { one, perform, person } = await setUp();
    const { id } = (await one('approve')).happening.subject;
    const before = await person(id);
    expect(await perform({ action: 'approve', ids: [id] })).toMatchObject({
      status: 409,
      error: 'does_not_fit',
      message: `participant ${id} is approved; approve needs pending or rejected or revision_requested; what fits: reject, register, edit-profile, cancel`,
    });
    expect(await person(id)).toEqual(before);
  });

  it('takes somebody else each time', async () => {
    const { one } = await setUp();
    const ids = [await one('approve'), await one('approve'), await one('approve')].map(
      (done) => done.happening.subject.id,
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('happens to several at once', async () => {
    const { perform, participants } = await setUp();
    const pending = (await participants()).filter((row) => row['application_status'] === 'pending');
    const ids = pending.map((row) => String(row['id']));
    const { happened } = await perform({ action: 'reject', ids });
    expect(happened.map(({ happening }) => happening.subject.id)).toEqual(ids);
    expect(
      (await participants()).filter((row) => ids.includes(String(row['id']))).map((row) => row['application_status']),
    ).toEqual(ids.map(() => 'rejected'));
  });

  it.each([
    ['an action nobody knows', { action: 'aprove' }, 400, 'unknown_action'],
    ['a field it does not take', { action: 'approve', set: { status: 'x' } }, 400, 'not_a_parameter'],
    ['a field of the wrong type', { action: 'apply', set: { first_name: 7 } }, 400, 'not_a_parameter'],
    ['an id nobody has', { action: 'approve', ids: ['ptp_nobody'] }, 404, 'not_found'],
    ['an event that is not here', { action: 'apply', event_id: 'evt_nowhere' }, 404, 'not_found'],
  ])('is refused for %s', async (_what, body, status, error) => {
    const { perform, bodies } = await setUp();
    expect(await perform(body)).toMatchObject({ status, error });
    expect(bodies()).toEqual([]);
  });
});

describe('a life of an application', () => {
  it('leads from applying to registering, through a revision, and each step is reported', async () => {
    const { one, person, participants, bodies } = await setUp({ participants: 2 });
    const set = { first_name: 'Ada', last_name: 'King', custom_form_fields: { favorite_track: 'Design' } };
    const { id } = (await one('apply', undefined, set)).happening.subject;
    expect(await person(id)).toMatchObject({
      application_status: 'pending',
      display_name: 'Ada King',
      last_reviewed_at: null,
    });
    await one('request-revision', id);
    await one('resubmit', id, { custom_form_fields: { dietary_notes: 'none' } });
    await one('approve', id);
    await one('register', id);
    await one('edit-profile', id, { email: 'ada@example.com' });
    expect(await person(id)).toMatchObject({
      application_status: 'registered',
      email: 'ada@example.com',
      custom_form_fields: expect.objectContaining({ favorite_track: 'Design', dietary_notes: 'none' }),
    });
    expect(bodies().map(({ type }) => type)).toEqual([
      'application.submitted',
      'application.revision_requested',
      'application.submitted',
      'application.approved',
      'participant.registered',
      'participant.profile_updated',
    ]);
    expect(await participants()).toHaveLength(3);
  });

  it('can end by a cancellation, which only the API tells', async () => {
    const { one, person, bodies } = await setUp();
    const { happening, delivery_id: deliveryId } = await one('cancel');
    expect(await person(happening.subject.id)).toMatchObject({ application_status: 'cancelled' });
    expect([deliveryId, bodies()]).toEqual([null, []]);
  });
});

describe('an activity', () => {
  it('is changed in lists and in the program alike', async () => {
    const { one, read, bodies } = await setUp();
    const { id } = (await one('edit-activity', undefined, { title: 'Moved' })).happening.subject;
    const list = (await read('/activities?limit=50'))['data'] as Facts[];
    expect(list.find((row) => row['id'] === id)).toMatchObject({ title: 'Moved' });
    expect(JSON.stringify(await read('/program'))).toContain('"title":"Moved"');
    expect(bodies()).toEqual([expect.objectContaining({ type: 'activity.updated' })]);
  });

  it('tells once of signups that change several times in a row, as they are in the end', async () => {
    const { one, ask, bodies } = await setUp();
    const { id } = (await one('fill')).happening.subject;
    await one('free', id);
    await one('fill', id);
    expect(bodies()).toEqual([]);
    await ask('POST', '/clock/advance', { ms: 60_000 });
    expect(bodies()).toEqual([
      expect.objectContaining({
        type: 'activity.capacity_state_changed',
        data: expect.objectContaining({ id, capacity_state: 'full' }),
      }),
    ]);
  });
});

describe('a consent', () => {
  it('exists after a granted login, and revoking it ends its tokens', async () => {
    const { one, read, bodies } = await setUp();
    const { happening } = await one('revoke');
    expect(happening).toMatchObject({
      actor: 'organizer',
      event_id: 'evt_test_published',
      subject: { type: 'connection' },
    });
    expect(await read('')).toMatchObject({ status: 401, error: 'token_revoked' });
    expect(bodies()).toMatchObject([{ type: 'data.deletion_required', data: { reason: 'integration_revoked' } }]);
  });

  it.each([
    ['suspend', 'the integration is suspended', ['integration.suspended']],
    ['archive', 'the event is archived', []],
  ])('answers token_revoked after %s, until it is reinstated', async (action, message, types) => {
    const { one, read, bodies } = await setUp();
    await one(action);
    expect(await read('/participants')).toMatchObject({ status: 401, error: 'token_revoked', message });
    await one('reinstate');
    expect((await read('/participants')).status).toBe(200);
    expect(bodies().map(({ type }) => type)).toEqual(types);
  });

  it('of a suspended integration brings no deliveries', async () => {
    const { one, bodies } = await setUp();
    await one('suspend');
    await one('approve');
    expect(bodies()).toMatchObject([{ type: 'integration.suspended', event_id: null, organization_id: null }]);
  });
});

describe('trigger', () => {
  it('lets the thing happen, so that the API agrees', async () => {
    const { ask, person, bodies } = await setUp();
    const answer = jsonOf(await ask('POST', '/trigger', { type: 'application.rejected' }));
    const [happening] = answer['happened'] as Happening[];
    expect(await person(String(happening?.subject.id))).toMatchObject({ application_status: 'rejected' });
    expect(bodies()).toHaveLength(1);
  });

  it('lets someone apply first if no subject is left', async () => {
    const { ask, bodies } = await setUp({ participants: 1 });
    const answer = jsonOf(await ask('POST', '/trigger', { type: 'application.revision_requested' }));
    expect((answer['happened'] as Happening[]).map(({ action }) => action)).toEqual(['apply', 'request-revision']);
    expect(bodies().map(({ type }) => type)).toEqual(['application.submitted', 'application.revision_requested']);
  });

  it('sends given data about nobody, and says that nothing happened', async () => {
    const { ask, bodies } = await setUp();
    const answer = jsonOf(await ask('POST', '/trigger', { type: 'application.approved', data: { id: 'app_x' } }));
    expect(answer['happened']).toEqual([]);
    expect(bodies()).toMatchObject([{ data: { id: 'app_x' } }]);
  });
});

it('a reset restores the data of the seed', async () => {
  const { one, ask, participants, read } = await setUp();
  const before = await participants();
  await one('approve');
  await one('apply');
  await one('edit-activity', undefined, { title: 'Moved' });
  await ask('POST', '/reset', { keep_logins: true });
  expect(await participants()).toEqual(before);
  expect(JSON.stringify(await read('/program'))).not.toContain('Moved');
});
