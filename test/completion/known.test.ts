import { describe, expect, it } from 'vitest';
import { knownFrom, type Places } from '../../src/completion/known.ts';
import type { StoredProfile } from '../../src/ports/store.ts';

const places = (changes: Partial<Places> = {}): Places => ({
  settingsFile: () => ({
    profiles: () => ({ work: { default_event: 'evt_default' }, empty: {} }),
    defaultProfile: () => 'work',
  }),
  storedProfiles: (): readonly StoredProfile[] => [
    {
      name: 'work',
      logins: [
        { kind: 'installation', eventId: 'evt_a' },
        { kind: 'user', eventId: 'evt_a' },
        { kind: 'user', eventId: 'evt_b' },
      ],
      remnants: [],
      hasSecrets: false,
    },
    { name: 'ci', logins: [{ kind: 'installation', eventId: 'evt_c' }], remnants: [], hasSecrets: false },
  ],
  environmentProfile: undefined,
  askSandbox: () => Promise.reject(new Error('none runs')),
  onFailure: () => undefined,
  ...changes,
});

describe('what completion knows of this machine', () => {
  it('profiles that have settings or logins, and the default one', () => {
    expect(knownFrom(places()).profiles()).toEqual([
      { value: 'ci', about: '1 login' },
      { value: 'default', about: 'no login' },
      { value: 'empty', about: 'no login' },
      { value: 'work', about: 'selected, 3 logins' },
    ]);
  });

  it('participants whose logins are stored, and none whose id a shell would run', () => {
    const logins = ['usr_1', 'usr_`x`'].map((userId) => ({ kind: 'user' as const, eventId: 'evt_1', userId }));
    const known = knownFrom({
      ...places(),
      storedProfiles: () => [{ name: 'default', logins, remnants: [], hasSecrets: false }],
    });
    expect(known.users('default')).toEqual([{ value: 'usr_1', about: 'evt_1' }]);
  });

  it('events of the selected profile, each once, and its default event', () => {
    expect(knownFrom(places()).events(null)).toEqual([
      { value: 'evt_a', about: 'organizer, participant' },
      { value: 'evt_b', about: 'participant' },
      { value: 'evt_default', about: 'default' },
    ]);
  });

  it('events of the profile that is named', () => {
    expect(knownFrom(places()).events('ci')).toEqual([{ value: 'evt_c', about: 'organizer' }]);
  });

  it('events of the profile the environment selects', () => {
    const known = knownFrom(places({ environmentProfile: 'ci' }));
    expect(known.events(null)).toEqual([{ value: 'evt_c', about: 'organizer' }]);
    expect(known.profiles()).toContainEqual({ value: 'ci', about: 'selected, 1 login' });
  });

  it('nothing that could not be a profile or an event, least of all what a shell would run', () => {
    const profiles = { 'x`id`': {}, '$(id)': {}, 'a b': {}, work: { default_event: 'x;id' } };
    const known = knownFrom(
      places({ settingsFile: () => ({ profiles: () => profiles, defaultProfile: () => 'work' }) }),
    );
    expect(known.profiles().map(({ value }) => value)).toEqual(['ci', 'default', 'work']);
    expect(known.events(null).map(({ value }) => value)).toEqual(['evt_a', 'evt_b']);
  });

  it('continues with the rest when a part can’t be read, and reports it', () => {
    const told: unknown[] = [];
    const damaged = new Error('damaged');
    const known = knownFrom(
      places({
        settingsFile: () => {
          throw damaged;
        },
        onFailure: (error) => told.push(error),
      }),
    );
    expect(known.profiles().map(({ value }) => value)).toEqual(['ci', 'default', 'work']);
    expect(told).toContain(damaged);
  });
});
