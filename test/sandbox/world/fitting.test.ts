import { describe, expect, it } from 'vitest';
import { actionOf } from '../../../src/sandbox/world/actions/actions.ts';
import type { ActionRow } from '../../../src/sandbox/world/actions/row.ts';
import { fittingSubjects } from '../../../src/sandbox/world/fitting.ts';
import type { Happening } from '../../../src/sandbox/world/happening.ts';
import { testEventId, World } from '../../../src/sandbox/world/world.ts';

const row = (name: string) => actionOf(name) as ActionRow;

function setUp(participants = 42) {
  const world = new World({ seed: 1, participants });
  const event = world.event(testEventId);
  if (event === null) throw new Error('no test event');
  const search = (action: string, startsWith = '', limit = 50) =>
    fittingSubjects(row(action), world, { event, startsWith, limit });
  return { world, event, search };
}

const reviewed = (id: string, status: string): Happening => ({
  id: 'hap_1',
  at: '2027-06-10T09:00:00Z',
  action: 'approve',
  actor: 'organizer',
  event_id: testEventId,
  subject: { type: 'participant', id },
  before: {},
  after: { application_status: status },
});

describe('what an action fits', () => {
  it.each(['approve', 'resubmit', 'register', 'edit-activity', 'fill'])('%s: everything in its states', (action) => {
    const { search } = setUp();
    const { found } = search(action);
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter(({ state }) => !row(action).from?.includes(state))).toEqual([]);
  });

  it('begins with what was changed last', () => {
    const { world, event, search } = setUp();
    const { id } = event.participant(30);
    world.record(reviewed(id, 'revision_requested'));
    const ids = search('resubmit').found.map((one) => one.id);
    expect(ids[0]).toBe(id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves out what no longer fits', () => {
    const { world, search } = setUp();
    const id = search('resubmit').found[0]?.id ?? '';
    world.record(reviewed(id, 'approved'));
    expect(search('resubmit').found.map((one) => one.id)).not.toContain(id);
  });

  it('keeps to the beginning of an id and to the limit, and says that there are more', () => {
    const { search } = setUp();
    const all = search('approve');
    expect(all.hasMore).toBe(false);
    const [first, second] = all.found;
    expect(search('approve', first?.id).found.map(({ id }) => id)).toEqual([first?.id]);
    expect(search('approve', '', 2)).toEqual({ found: [first, second], hasMore: true });
    expect(search('approve', '', all.found.length).hasMore).toBe(false);
  });

  it('is nothing for an action that creates its subject', () => {
    expect(setUp().search('apply')).toEqual({ found: [], hasMore: false });
  });

  it('looks at a part of a large event only', () => {
    const { event, search } = setUp(100_000);
    const last = event.participant(99_999).id;
    expect(search('edit-profile', last)).toEqual({ found: [], hasMore: true });
  });
});
