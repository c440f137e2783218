import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { World } from '../../../src/sandbox/world/world.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { headerOf, integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const base = '/events/evt_test_published';
const setUp = async (options: { participants?: number; seed?: number; user?: boolean; scope?: string } = {}) => {
  const clock = fakeClock();
  const { user, scope, ...rest } = options;
  const sandbox = createSandbox({ clock, hasAutoConsent: true, hasRateLimits: false, ...rest });
  const app = integrationOf(sandbox);
  const login = user ? await app.loginAsUser() : await app.login(scope === undefined ? {} : { scope });
  const get = (path: string, headers: Parameters<typeof app.api>[2] = []) =>
    app.api(path, login['access_token'], headers);
  return { app, get, clock, login };
};
type Row = Record<string, unknown>;
const rowsOf = (page: Row) => page['data'] as Row[];

/** Follows `next_cursor` to the end. */
async function all(get: (path: string) => ReturnType<Awaited<ReturnType<typeof setUp>>['get']>, path: string) {
  const rows: Row[] = [];
  let cursor: unknown = null;
  do {
    const page = jsonOf(await get(`${path}?limit=50${cursor === null ? '' : `&cursor=${cursor}`}`));
    rows.push(...rowsOf(page));
    cursor = page['next_cursor'];
    expect(page['has_more']).toBe(cursor !== null);
  } while (cursor !== null);
  return rows;
}

describe('lists', () => {
  it('give 25 rows and a cursor that continues after them', async () => {
    const { get } = await setUp();
    const first = jsonOf(await get(`${base}/participants`));
    expect(rowsOf(first)).toHaveLength(25);
    expect(first['has_more']).toBe(true);
    const second = jsonOf(await get(`${base}/participants?cursor=${first['next_cursor']}`));
    expect(rowsOf(second)).toHaveLength(17);
    expect(second).toMatchObject({ has_more: false, next_cursor: null });
    const ids = [...rowsOf(first), ...rowsOf(second)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(42);
  });

  it('take a limit from 1 to 50', async () => {
    const { get } = await setUp({ participants: 60 });
    expect(rowsOf(jsonOf(await get(`${base}/participants?limit=1`)))).toHaveLength(1);
    expect(rowsOf(jsonOf(await get(`${base}/participants?limit=50`)))).toHaveLength(50);
  });

  it.each(['0', '51', 'abc', '-1', '1.5', '', '1e1', '0x10', '%20'])('refuse the limit %j', async (limit) => {
    const { get } = await setUp();
    const response = await get(`${base}/participants?limit=${limit}`);
    expect(response.status).toBe(400);
    expect(jsonOf(response)).toMatchObject({ error: 'validation_error', field: 'limit' });
  });

  it.each(['limit=1&limit=2', 'cursor=a&cursor=b'])('refuse %s', async (query) => {
    const { get } = await setUp();
    expect(jsonOf(await get(`${base}/participants?${query}`))).toMatchObject({ error: 'validation_error' });
  });

  it.each(['garbage', '', '25', 'bnVsbA', randomBytes(22).toString('base64url')])(
    'refuse the cursor %j',
    async (cursor) => {
      const { get } = await setUp();
      const response = await get(`${base}/participants?cursor=${cursor}`);
      expect([response.status, jsonOf(response)['error']]).toEqual([400, 'validation_error']);
    },
  );

  it('refuse a cursor with any one character changed', async () => {
    const { get } = await setUp();
    const cursor = `${jsonOf(await get(`${base}/participants`))['next_cursor']}`;
    for (let i = 0; i < cursor.length; i++) {
      const other = cursor[i] === 'A' ? 'B' : 'A';
      const altered = `${cursor.slice(0, i)}${other}${cursor.slice(i + 1)}`;
      const response = await get(`${base}/participants?cursor=${altered}`);
      expect(response.status, altered).toBe(400);
    }
  });

  it('refuse a cursor of another list', async () => {
    const { get } = await setUp();
    const cursor = jsonOf(await get(`${base}/participants`))['next_cursor'];
    expect((await get(`${base}/activities?cursor=${cursor}`)).status).toBe(400);
  });

  it('lead through 100,000 participants, each once', async () => {
    const { get } = await setUp({ participants: 100_000 });
    const first = jsonOf(await get(`${base}/participants?limit=50`));
    expect(first['has_more']).toBe(true);
    const [event] = new World({ seed: 1, participants: 100_000 }).events;
    const ids = Array.from({ length: 100_000 }, (_, index) => event?.participant(index).id);
    expect(new Set(ids).size).toBe(100_000);
    expect(rowsOf(first).map(({ id }) => id)).toEqual(ids.slice(0, 50));
  });

  it('lead through every page to the end', async () => {
    const { get } = await setUp({ participants: 1_234 });
    expect(await all(get, `${base}/participants`)).toHaveLength(1_234);
  });

  it('are empty without participants', async () => {
    const { get } = await setUp({ participants: 0 });
    expect(jsonOf(await get(`${base}/participants`))).toEqual({ data: [], next_cursor: null, has_more: false });
  });
});

describe('the test event', () => {
  it('is a published event of a formal organization', async () => {
    const { get } = await setUp();
    expect(jsonOf(await get(base))).toMatchObject({
      id: 'evt_test_published',
      organization_id: 'org_test_formal',
      publish_status: 'published',
      title: expect.any(String),
      description: expect.any(String),
      starts_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('has participants in all four statuses with custom fields and names beyond ASCII', async () => {
    const { get } = await setUp();
    const rows = await all(get, `${base}/participants`);
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(new Set(rows.map((row) => row['application_status']))).toEqual(
      new Set(['pending', 'approved', 'rejected', 'revision_requested']),
    );
    for (const row of rows) {
      expect(row).toMatchObject({
        id: expect.stringMatching(/^ptp_/),
        user_id: expect.stringMatching(/^usr_/),
        role: expect.any(String),
        custom_form_fields: { favorite_track: expect.any(String), dietary_notes: expect.any(String) },
      });
      const isPending = row['application_status'] === 'pending';
      expect(row['last_review_action']).toBe(isPending ? null : row['application_status']);
      expect(row['last_reviewed_at'] === null).toBe(isPending);
    }
    expect(JSON.stringify(rows)).toMatch(/[\u0400-\u04ff]/);
    expect(JSON.stringify(rows)).toMatch(/[\u4e00-\u9fff]/);
  });

  it('has several days, several threads a day and 8 to 12 activities a thread', async () => {
    const { get } = await setUp();
    const threads = await all(get, `${base}/threads`);
    const activities = await all(get, `${base}/activities`);
    const days = new Map(threads.map(({ date }) => [date, threads.filter((thread) => thread['date'] === date)]));
    expect(days.size).toBeGreaterThanOrEqual(2);
    for (const ofDay of days.values()) expect(ofDay.length).toBeGreaterThanOrEqual(2);
    for (const thread of threads) {
      const own = activities.filter((activity) => activity['thread_id'] === thread['id']);
      expect(own.length).toBeGreaterThanOrEqual(8);
      expect(own.length).toBeLessThanOrEqual(12);
    }
  });

  it('has venues, buildings and floors that name their parents', async () => {
    const { get } = await setUp();
    const locations = await all(get, `${base}/locations`);
    const byId = new Map(locations.map((row) => [row['id'], row]));
    const parentTypes: Row = { venue: null, building: 'venue', floor: 'building', room: 'floor' };
    expect(new Set(locations.map(({ type }) => type))).toEqual(new Set(Object.keys(parentTypes)));
    for (const row of locations) {
      expect(byId.get(row['parent_id'])?.['type'] ?? null).toBe(parentTypes[`${row['type']}`]);
    }
  });

  it('has registration waves', async () => {
    const { get } = await setUp();
    expect(await all(get, `${base}/registration-waves`)).toHaveLength(3);
  });

  it('has a program that nests the same threads and activities', async () => {
    const { get } = await setUp();
    const program = jsonOf(await get(`${base}/program`)) as { days: { threads: { activities: Row[] }[] }[] };
    const nested = program.days.flatMap(({ threads }) => threads.flatMap(({ activities }) => activities));
    expect(nested).toEqual(await all(get, `${base}/activities`));
  });

  it('is the same for the same seed and another for another', async () => {
    const read = async (seed: number) => {
      const { get } = await setUp({ seed });
      return jsonOf(await get(`${base}/participants?limit=10`))['data'];
    };
    expect(await read(7)).toEqual(await read(7));
    expect(await read(7)).not.toEqual(await read(8));
  });
});

describe('a participant', () => {
  it('reads their own profile and application', async () => {
    const { get, login } = await setUp({ user: true });
    expect(jsonOf(await get('/me/profile'))).toMatchObject({ id: login['user_id'], email: expect.any(String) });
    expect(jsonOf(await get('/me/application'))).toMatchObject({
      user_id: login['user_id'],
      event_id: 'evt_test_published',
      application_status: 'approved',
    });
  });
});

describe('the API base', () => {
  it.each(['/api/v1', '/api/v1/'])('lists its paths at %s', async (path) => {
    const response = await integrationOf(createSandbox({ clock: fakeClock() })).get(path);
    expect(response.status).toBe(200);
    expect(jsonOf(response)['paths']).toContain('/events/{event_id}/participants');
  });
});

describe('request id', () => {
  it.each(['123e4567-e89b-42d3-a456-426614174000', '123e4567e89b42d3a456426614174000', 'trace/42:a'])(
    'is echoed as sent: %s',
    async (id) => {
      const { get } = await setUp();
      expect(headerOf(await get(base, [['x-revento-request-id', id]]), 'X-Revento-Request-Id')).toBe(id);
    },
  );

  it('is made up when none is sent', async () => {
    const { get } = await setUp();
    expect(headerOf(await get(base), 'X-Revento-Request-Id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  it.each(['x'.repeat(129), 'two words', 'ünicode'])('is replaced when it is not sane: %s', async (id) => {
    const { get } = await setUp();
    expect(headerOf(await get(base, [['X-Revento-Request-Id', id]]), 'X-Revento-Request-Id')).not.toBe(id);
  });
});
