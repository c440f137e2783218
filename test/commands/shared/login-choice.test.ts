import { describe, expect, it } from 'vitest';
import { chooseLogin, type Wanted } from '../../../src/commands/shared/login-choice.ts';
import type { LoginKey } from '../../../src/login/login.ts';

const organizer = (eventId: string): LoginKey => ({ kind: 'installation', eventId });
const participant = (eventId: string): LoginKey => ({ kind: 'user', eventId });
const any: Wanted = { kind: null, eventId: null };

describe('the login that is meant', () => {
  it.each<[string, LoginKey[], Wanted, LoginKey]>([
    ['the only one', [organizer('evt_1')], any, organizer('evt_1')],
    [
      'that of the selected event',
      [organizer('evt_1'), organizer('evt_2')],
      { ...any, eventId: 'evt_2' },
      organizer('evt_2'),
    ],
    [
      'that of the wanted kind',
      [organizer('evt_1'), participant('evt_1')],
      { ...any, kind: 'user' },
      participant('evt_1'),
    ],
    ["the organizer's of an event", [participant('evt_1'), organizer('evt_1')], any, organizer('evt_1')],
    [
      "the only organizer's, whatever participants there are",
      [organizer('evt_1'), participant('evt_2')],
      any,
      organizer('evt_1'),
    ],
    [
      "a participant's when no organizer's fits",
      [organizer('evt_1'), participant('evt_2')],
      { ...any, eventId: 'evt_2' },
      participant('evt_2'),
    ],
  ])('is %s', (_, logins, wanted, login) => {
    expect(chooseLogin(logins, wanted)).toEqual({ outcome: 'found', login });
  });

  it.each<[string, LoginKey[], Wanted]>([
    ['at all', [], any],
    ['of the event', [organizer('evt_1')], { ...any, eventId: 'evt_2' }],
    ['of the kind', [organizer('evt_1')], { kind: 'user', eventId: 'evt_1' }],
  ])('is not there: none %s', (_, logins, wanted) => {
    expect(chooseLogin(logins, wanted)).toEqual({ outcome: 'none' });
  });

  it("is not guessed among several, all of which are named, an organizer's as the example", () => {
    const logins = [participant('evt_3'), organizer('evt_1'), organizer('evt_2')];
    expect(chooseLogin(logins, any)).toEqual({ outcome: 'several', logins, example: organizer('evt_1') });
  });
});
