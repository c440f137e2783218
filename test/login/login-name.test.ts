import { describe, expect, it } from 'vitest';
import type { LoginKey } from '../../src/login/login.ts';
import { fileNameOf, keyOfFileName, loginInWords } from '../../src/login/login-name.ts';

describe('the file name of a login', () => {
  it.each<[LoginKey, string]>([
    [{ kind: 'installation', eventId: 'evt_1' }, 'installation-evt_1'],
    [{ kind: 'user', eventId: 'evt_1' }, 'user-evt_1'],
    [{ kind: 'user', eventId: 'evt_1', userId: 'usr_2' }, 'user-evt_1@usr_2'],
    [{ kind: 'user', eventId: 'a-b.c', userId: 'x@y.example' }, 'user-a-b.c@x%40y.example'],
    [{ kind: 'user', eventId: 'evt_1', userId: '../etc/passwd' }, 'user-evt_1@..%2fetc%2fpasswd'],
    [{ kind: 'user', eventId: 'evt_1', userId: '100%' }, 'user-evt_1@100%25'],
  ])('of %j is %s, and names the same login', (key, name) => {
    expect(fileNameOf(key)).toBe(name);
    expect(keyOfFileName(name)).toEqual(key);
  });

  it('tells users apart whose ids differ in letter case alone, on any file system', () => {
    const names = ['usr_A', 'usr_a'].map((userId) => fileNameOf({ kind: 'user', eventId: 'evt_1', userId }));
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(2);
  });

  it('leaves the user out where the id would not fit, and of an organizer', () => {
    expect(fileNameOf({ kind: 'user', eventId: 'evt_1', userId: 'x'.repeat(129) })).toBe('user-evt_1');
    expect(fileNameOf({ kind: 'installation', eventId: 'evt_1', userId: 'usr_1' })).toBe('installation-evt_1');
  });

  it.each(['secrets', 'user-', 'user-@usr_1', 'user-evt_1@', 'installation-evt_1@usr_1', 'user-evt_1@USR', 'user-..'])(
    '%j is not the name of a login',
    (name) => {
      expect(keyOfFileName(name)).toBeNull();
    },
  );
});

it.each<[LoginKey, string]>([
  [{ kind: 'installation', eventId: 'evt_1' }, 'evt_1 (organizer)'],
  [{ kind: 'user', eventId: 'evt_1' }, 'evt_1 (participant)'],
  [{ kind: 'user', eventId: 'evt_1', userId: 'usr_2' }, 'evt_1 (participant usr_2)'],
])('in words %j is %s', (key, words) => {
  expect(loginInWords(key)).toBe(words);
});
