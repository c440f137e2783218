import { describe, expect, it } from 'vitest';
import type { DeliveryEntry } from '../../../src/sandbox/deliveries/delivery.ts';
import type { RequestEntry } from '../../../src/sandbox/server/journal.ts';
import { Timeline } from '../../../src/sandbox/server/timeline.ts';
import type { Happening } from '../../../src/sandbox/world/happening.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();

const request = (path: string, id: string | null = null): RequestEntry => ({
  ...{ type: 'request', method: 'GET', path, status: 200, ms: 1, request_id: id, error: null, message: null },
});
const happening = (number: number, seconds = 0, subject = 'ptp_1'): Happening => ({
  ...{ id: `hap_${number}`, at: at(seconds), action: 'approve', actor: 'organizer', event_id: 'evt_1' },
  subject: { type: 'participant', id: subject },
  before: { application_status: 'pending' },
  after: { application_status: 'approved' },
});
const delivery = (id: string, attempt: number, seconds = 0): DeliveryEntry => ({
  ...{ type: 'delivery', delivery_id: id, event: 'application.approved', subject: 'ptp_1', attempt, at: at(seconds) },
  ...{ status: 204, ms: 3, error: null, signed_with: 'current', state: 'delivered', next_attempt_at: null },
});

describe('the timeline', () => {
  it('has every kind in the order in which it came', () => {
    const timeline = new Timeline(() => now);
    timeline.requested(request('/a'));
    timeline.happened(happening(1));
    timeline.attempted(delivery('d1', 1));
    timeline.requested(request('/b'));
    const { entries, has_more: hasMore } = timeline.read({});
    expect(entries.map(({ kind }) => kind)).toEqual(['request', 'happening', 'delivery', 'request']);
    expect(hasMore).toBe(false);
  });

  it('continues after a cursor, and has nothing twice', () => {
    const timeline = new Timeline(() => now);
    timeline.requested(request('/a'));
    const first = timeline.read({});
    expect(timeline.read({ after: first.cursor }).entries).toEqual([]);
    timeline.happened(happening(1));
    const second = timeline.read({ after: first.cursor });
    expect(second.entries).toMatchObject([{ kind: 'happening', id: 'hap_1' }]);
    expect(timeline.read({ after: second.cursor, kind: 'request' }).entries).toEqual([]);
  });

  it('gives out a thousand at a time, all of them in the end', () => {
    const timeline = new Timeline(() => now);
    for (let number = 1; number <= 2_500; number++) timeline.happened(happening(number));
    const seen: unknown[] = [];
    let page = timeline.read({});
    seen.push(...page.entries);
    while (page.has_more) {
      expect(page.entries).toHaveLength(1_000);
      page = timeline.read({ after: page.cursor });
      seen.push(...page.entries);
    }
    expect(seen).toHaveLength(2_500);
    expect(seen.at(-1)).toMatchObject({ id: 'hap_2500' });
  });

  it.each([
    [{ kind: 'delivery' } as const, ['delivery']],
    [{ subject: 'ptp_1' }, ['happening', 'delivery']],
    [{ subject: 'evt_1' }, ['request']],
    [{ subject: 'r1' }, ['request']],
    [{ subject: 'd1' }, ['delivery']],
    [{ since: at(5) }, ['delivery']],
    [{ subject: 'ptp_2' }, []],
  ])('with %j is cut down to %j', (query, kinds) => {
    const timeline = new Timeline(() => now);
    timeline.requested(request('/api/v1/events/evt_1', 'r1'));
    timeline.happened(happening(1));
    timeline.attempted(delivery('d1', 1, 5));
    expect(timeline.read(query).entries.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('drops old requests, says how many, and no happening', () => {
    const timeline = new Timeline(() => now);
    timeline.happened(happening(1));
    for (let number = 0; number < 30_000; number++) timeline.requested(request(`/${number}`));
    const { entries, dropped } = timeline.read({});
    expect(entries[0]).toMatchObject({ kind: 'happening' });
    expect(dropped.requests).toBeGreaterThanOrEqual(30_000 - 10_500);
    expect(entries[1]).toMatchObject({ path: `/${dropped.requests}` });
  });

  it('drops no request for deliveries, however many come', () => {
    const timeline = new Timeline(() => now);
    timeline.requested(request('/first'));
    for (let number = 0; number < 12_000; number++) timeline.attempted(delivery(`d${number}`, 1));
    timeline.requested(request('/last'));
    expect(timeline.read({ kind: 'request', latest: 500 }).entries).toMatchObject([
      { path: '/first' },
      { path: '/last' },
    ]);
    expect(timeline.read({}).dropped).toMatchObject({ requests: 0, deliveries: expect.any(Number) });
  });

  it('shows no token that a client put into a path', () => {
    const timeline = new Timeline(() => now);
    const token = 'abcDEF_123-456';
    timeline.requested(request(`/api/v1/events/rev_install_${token}/x`));
    expect(JSON.stringify(timeline.read({}))).not.toContain(token);
  });

  it('begins with what was kept, by time', () => {
    const timeline = new Timeline(() => now);
    const attempt = { at: at(3), status: 500, ms: 2, error: 'HTTP 500', signed_with: 'current' } as const;
    timeline.restore(
      [happening(1, 0), happening(2, 10)],
      [
        {
          ...{
            delivery_id: 'd1',
            event: 'application.approved',
            event_id: 'evt_1',
            subject: 'ptp_1',
            created_at: at(2),
          },
          attempts: [attempt, { ...attempt, at: at(13), status: 204, error: null }],
          ...{ state: 'delivered', next_attempt_at: null },
        },
      ],
    );
    expect(timeline.read({}).entries).toMatchObject([
      { kind: 'happening', id: 'hap_1' },
      { kind: 'delivery', attempt: 1, state: 'pending' },
      { kind: 'happening', id: 'hap_2' },
      { kind: 'delivery', attempt: 2, state: 'delivered' },
    ]);
  });
});
