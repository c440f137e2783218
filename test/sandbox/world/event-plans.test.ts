import { describe, expect, it } from 'vitest';
import type { SeedDocument } from '../../../src/sandbox/seed/seed-document.ts';
import { World } from '../../../src/sandbox/world/world.ts';

const document: SeedDocument = {
  events: [
    {
      id: 'evt_test_published',
      participants: [
        {
          id: 'ptp_ada',
          first_name: 'Ada',
          application_status: 'registered',
          custom_form_fields: { track: 'Engines' },
        },
        { application_status: 'pending' },
      ],
      more_participants: 3,
      activities: [
        {
          id: 'act_full',
          title: 'Notes',
          capacity: 3,
          registered_count: 3,
          thread: 'Lab',
          starts_at: '2027-06-11T09:00:00Z',
        },
        { title: 'Tea' },
      ],
    },
    { id: 'evt_second', title: 'Second', starts_on: '2027-09-01', participants: [{ id: 'ptp_bob' }] },
  ],
};
const world = (own: SeedDocument | null = document) => new World({ seed: 1, participants: 42, document: own });

describe('data of a seed file', () => {
  it('pins what it gives, and makes up the rest to fit it', () => {
    const event = world().event('evt_test_published');
    expect(event?.participantCount).toBe(5);
    expect(event?.participant(0)).toMatchObject({
      id: 'ptp_ada',
      display_name: expect.stringMatching(/^Ada ./),
      application_status: 'registered',
      last_review_action: 'approved',
      custom_form_fields: { track: 'Engines' },
    });
    expect(event?.participant(1)).toMatchObject({ application_status: 'pending', last_reviewed_at: null });
    expect(event?.indexOf('ptp_ada')).toBe(0);
  });

  it('is the whole program, with the threads it names', () => {
    const program = world().event('evt_test_published')?.program();
    expect(program?.activities).toMatchObject([{ id: 'act_full', capacity_state: 'full' }, { title: 'Tea' }]);
    expect(program?.threads.map(({ title, date }) => [title, date])).toEqual([
      ['Lab', '2027-06-11'],
      ['Main stage', '2027-06-10'],
    ]);
    expect(program?.tree).toMatchObject({ days: [{ date: '2027-06-10' }, { date: '2027-06-11' }] });
  });

  it('adds events to the built-in ones', () => {
    expect(world().events.map(({ id }) => id)).toEqual(['evt_test_published', 'evt_test_neighbor', 'evt_second']);
    expect(world().event('evt_second')?.describe(0)).toMatchObject({
      title: 'Second',
      starts_at: '2027-09-01T08:00:00.000Z',
      participants_count: 1,
    });
  });

  it('is the same each time', () => {
    const all = (one: World) => one.events.map((event) => [event.describe(0), event.program(), event.participant(1)]);
    expect(all(world())).toEqual(all(world()));
  });

  it('leaves what it does not name as it was', () => {
    const plain = world(null).event('evt_test_neighbor');
    expect(world().event('evt_test_neighbor')?.participant(3)).toEqual(plain?.participant(3));
  });
});
