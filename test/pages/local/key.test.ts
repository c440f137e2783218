import { expect, it } from 'vitest';
import { PageKey } from '../../../src/pages/local/key.ts';
import { fakeClock } from '../../support/fake-clock.ts';

it('a ticket gives the key once', () => {
  const key = new PageKey(fakeClock());
  const ticket = key.newTicket();
  expect([key.redeem('other'), key.redeem(ticket), key.redeem(ticket)]).toEqual([null, key.value, null]);
});

it('a ticket is worth nothing after a minute', () => {
  const clock = fakeClock();
  const key = new PageKey(clock);
  const ticket = key.newTicket();
  clock.advance(60_001);
  expect(key.redeem(ticket)).toBeNull();
});

it('a key is new in each run, and matches only itself', () => {
  const [one, two] = [new PageKey(fakeClock()), new PageKey(fakeClock())];
  expect([one.isIt(one.value), one.isIt(two.value), one.isIt('')]).toEqual([true, false, false]);
});
