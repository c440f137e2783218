import { describe, expect, it } from 'vitest';
import { Board } from '../../../src/sandbox/world/board.ts';
import { applicationStatuses } from '../../../src/sandbox/world/people.ts';
import { World } from '../../../src/sandbox/world/world.ts';

function setUp(participants = 42) {
  const event = new World({ seed: 1, participants }).events[0];
  if (event === undefined) throw new Error('a world has an event');
  const board = new Board(event);
  const page = (query: Partial<Parameters<Board['page']>[0]> = {}) => board.page({ offset: 0, limit: 200, ...query });
  return { event, page };
}

const ids = (people: readonly { readonly id: string }[]) => people.map(({ id }) => id);

describe('the board of applications', () => {
  it('counts and lists what the API lists', () => {
    const { event, page } = setUp();
    const { id } = event.participant(1);
    event.changeParticipant(id, { application_status: 'cancelled' });
    event.changeParticipant('ptp_new', { ...event.newcomer(), id: 'ptp_new', application_status: 'pending' });
    const all = Array.from({ length: event.participantCount }, (_, index) => event.participant(index));
    for (const status of applicationStatuses) {
      const wanted = all.filter((one) => one.application_status === status);
      const { counts, total, people } = page({ status });
      expect(counts[status]).toBe(wanted.length);
      expect(total).toBe(wanted.length);
      expect(ids(people).sort()).toEqual(ids(wanted).sort());
    }
    expect(page().total).toBe(43);
  });

  it('shows what changed last first', () => {
    const { event, page } = setUp();
    const [first, second, third] = [0, 4, 7].map((index) => event.participant(index).id);
    for (const id of [first, second, third, first])
      event.changeParticipant(id ?? '', { application_status: 'approved' });
    expect(ids(page({ status: 'approved', limit: 3 }).people)).toEqual([first, third, second]);
  });

  it('gives every row once, page by page', () => {
    const { event, page } = setUp(500);
    for (const index of [3, 77, 401])
      event.changeParticipant(event.participant(index).id, { application_status: 'rejected' });
    const whole = ids(page({ status: 'rejected', limit: 500 }).people);
    const pages = Array.from({ length: Math.ceil(whole.length / 20) }, (_, at) =>
      ids(page({ status: 'rejected', limit: 20, offset: at * 20 }).people),
    );
    expect(pages.flat()).toEqual(whole);
    expect(new Set(whole).size).toBe(whole.length);
  });

  it('pages a column of 100,000 people from its first row to its last', () => {
    const { event, page } = setUp(100_000);
    event.changeParticipant(event.participant(99_999).id, { application_status: 'approved' });
    const approved = Array.from({ length: 99_999 }, (_, index) => index).filter(
      (index) => event.statusOf(index) === 'approved',
    );
    const whole = [99_999, ...approved].map((index) => event.participant(index).id);
    for (const offset of [0, 50, 20_000, whole.length - 50, whole.length]) {
      const { total, people } = page({ status: 'approved', limit: 50, offset });
      expect([total, ids(people)]).toEqual([whole.length, whole.slice(offset, offset + 50)]);
    }
  });

  it('finds a name in any script and case, a changed name, and an id', () => {
    const { event, page } = setUp();
    const { id } = event.participant(5);
    event.changeParticipant(id, { display_name: 'Ada KING' });
    expect(ids(page({ search: ' ada k' }).people)).toEqual([id]);
    expect(ids(page({ search: event.participant(9).id }).people)).toEqual([event.participant(9).id]);
    expect(page({ search: 'ptp_unknown' }).total).toBe(0);
    const found = page({ search: '美咲' }).people;
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((one) => String(one['display_name']).includes('美咲'))).toBe(true);
  });

  it('forgets changes when the event does', () => {
    const { event, page } = setUp();
    const before = page().counts;
    event.changeParticipant(event.participant(0).id, { application_status: 'cancelled' });
    expect(page().counts).not.toEqual(before);
    event.reset();
    expect(page().counts).toEqual(before);
  });
});
