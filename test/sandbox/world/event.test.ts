import { expect, it } from 'vitest';
import { World } from '../../../src/sandbox/world/world.ts';

it('finds every participant by the id that the API gives', () => {
  const [event] = new World({ seed: 3, participants: 300, document: null }).events;
  const ids = Array.from({ length: 300 }, (_, index) => event?.participant(index).id ?? '');
  expect(ids.map((id) => event?.indexOf(id))).toEqual(ids.map((_, index) => index));
  expect(event?.indexOf('ptp_nobody')).toBeNull();
});
