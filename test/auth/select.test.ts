import { describe, expect, it } from 'vitest';
import { selectLogin } from '../../src/auth/select.ts';
import type { LoginKey } from '../../src/deps.ts';

const installation = (eventId: string): LoginKey => ({ kind: 'installation', eventId });
const user = (eventId: string): LoginKey => ({ kind: 'user', eventId });

describe('the login that fits', () => {
  it.each([
    ['the only one', [installation('evt_1')], { eventId: null }, installation('evt_1')],
    [
      'the one of the selected event',
      [installation('evt_1'), installation('evt_2')],
      { eventId: 'evt_2' },
      installation('evt_2'),
    ],
    [
      'the one of the wanted kind',
      [installation('evt_1'), user('evt_1')],
      { kind: 'user', eventId: null },
      user('evt_1'),
    ],
    [
      "the organizer's before the participant's",
      [user('evt_1'), installation('evt_1')],
      { eventId: null },
      installation('evt_1'),
    ],
    ["the participant's when it is the only one", [user('evt_1')], { eventId: 'evt_1' }, user('evt_1')],
  ] as const)('is %s', (_what, logins, wanted, found) => {
    expect(selectLogin(logins, wanted, 'default')).toEqual(found);
  });
});

describe('no login that fits', () => {
  it('is asked to be chosen when several events do', () => {
    expect(() => selectLogin([installation('evt_1'), installation('evt_2')], { eventId: null }, 'default')).toThrow(
      expect.objectContaining({ code: 'usage', facts: { hint: 'name one: --event evt_1 or --event evt_2' } }),
    );
  });

  it.each([
    ['none at all', [], { eventId: null }, 'Profile "work" has no login.'],
    [
      'another event',
      [installation('evt_1')],
      { eventId: 'evt_2' },
      'Profile "work" has no login for event evt_2 (it has one for evt_1).',
    ],
    [
      'another kind',
      [installation('evt_1')],
      { kind: 'user', eventId: 'evt_1' },
      'Profile "work" has no participant\'s login for event evt_1.',
    ],
  ] as const)('(%s) is said to be missing', (_what, logins, wanted, message) => {
    expect(() => selectLogin(logins, wanted, 'work')).toThrow(
      expect.objectContaining({ code: 'not_logged_in', message }),
    );
  });
});
