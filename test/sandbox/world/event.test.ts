import { expect, it } from 'vitest';
import { World } from '../../../src/sandbox/world/world.ts';

it('finds every participant by the id that the API gives', () => {
  const [event] = new World({ seed: 3, participants: 300, document: null }).events;
  const ids = Array.from({ length: 300 }, (_, index) => event?.participant(index).id ?? '');
  expect(ids.map((id) => event?.indexOf(id))).toEqual(ids.map((_, index) => index));
  expect(event?.indexOf('ptp_nobody')).toBeNull();
});

it.each([
  ['2027-12-31', 2, '31 December 2027 to 1 January 2028'],
  ['2027-06-10', 1, '10 June 2027'],
] as const)('says from %s for %i days: %s', (startsOn, days, dates) => {
  const document = { events: [{ id: 'evt_own', starts_on: startsOn, days }] };
  expect(new World({ seed: 1, participants: 1, document }).event('evt_own')?.dates).toBe(dates);
});
