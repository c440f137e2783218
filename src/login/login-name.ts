import { isFileName } from '../files/file-name.ts';
import type { LoginKey, LoginKind } from './login.ts';

/** Who consented to a login, in words. */
export function kindInWords(kind: LoginKind): 'organizer' | 'participant' {
  return kind === 'installation' ? 'organizer' : 'participant';
}

/** A login as one phrase: `evt_test_published (organizer)`, `evt_test_published (participant usr_1)`. */
export function loginInWords(key: LoginKey): string {
  return `${key.eventId} (${whoseInWords(key)})`;
}

/** Who consented to a login: `organizer`, `participant usr_1`. */
export function whoseInWords(key: LoginKey): string {
  const user = userOf(key);
  return `${kindInWords(key.kind)}${user === null ? '' : ` ${user}`}`;
}

/** The participant that a login is named after; null for none. */
export function userOf({ kind, userId = null }: LoginKey): string | null {
  return kind === 'user' ? userId : null;
}

/** The participant of a login as a field of its JSON; empty where there is none. */
export function userField(key: LoginKey): { readonly user_id?: string } {
  const user = userOf(key);
  return user === null ? {} : { user_id: user };
}

/** Longest user id in the name of a file, characters as they are written there; a file name has 255 in all. */
const longestUser = 128;

/**
 * The name a login's files go by, without extension: `installation-evt_1`, `user-evt_1`, `user-evt_1@usr_2`.
 */
export function fileNameOf(key: LoginKey): string {
  const user = encoded(userOf(key) ?? '');
  const suffix = user === '' || user.length > longestUser ? '' : `@${user}`;
  return `${key.kind}-${key.eventId}${suffix}`;
}

/** The login a file is named after, or null for another kind of file. */
export function keyOfFileName(name: string): LoginKey | null {
  const [, kind, eventId = '', user] = /^(installation|user)-([^@]+)(?:@([a-z0-9_.%-]+))?$/.exec(name) ?? [];
  if (!isFileName(eventId) || (kind !== 'user' && user !== undefined)) return null;
  if (kind !== 'user') return { kind: 'installation', eventId };
  return user === undefined ? { kind, eventId } : { kind, eventId, userId: decoded(user) };
}

/** Capitals are written out as well: to macOS and Windows `usr_A` and `usr_a` would be the same file. */
function encoded(userId: string): string {
  return userId.replace(/[^a-z0-9_.-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
