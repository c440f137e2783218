import type { LoginKey, LoginKind } from '../deps.ts';
import { ReventoError } from '../errors.ts';
import { flagsOfLogin, program } from '../next-command.ts';

/** Who consented, in words. Never throws. */
export function kindInWords(kind: LoginKind): string {
  return kind === 'installation' ? 'organizer' : 'participant';
}

/** A login as one phrase: `evt_test_published (organizer)`. Never throws. */
export function loginInWords({ eventId, kind }: LoginKey): string {
  return `${eventId} (${kindInWords(kind)})`;
}

export interface LoginChoice {
  readonly profile: string;
  /** Selected event, or null. */
  readonly event: string | null;
  /** `--user` was given. */
  readonly isUser: boolean;
}

/**
 * The one stored login that is meant: of the selected event, or the only one there is. Without `--user` an
 * organizer's login goes before a participant's of the same event.
 *
 * @param words  what is to be done, for the remedy: `token refresh`
 * @throws ReventoError `not_logged_in` when none fits, `usage` when several do
 */
export function chooseLogin<Key extends LoginKey>(
  logins: readonly Key[],
  { profile, event, isUser }: LoginChoice,
  words: string,
): Key {
  const ofKind = isUser ? logins.filter((login) => login.kind === 'user') : logins;
  const fitting = event === null ? ofKind : ofKind.filter((login) => login.eventId === event);
  const [first, second] = fitting;
  if (first === undefined) throw noneFits(logins, { profile, event, isUser });
  if (second === undefined) return first;
  const organizers = fitting.filter((login) => login.kind === 'installation');
  if (event !== null && organizers[0] !== undefined) return organizers[0];
  throw new ReventoError('usage', `Which login? There are several: ${fitting.map(loginInWords).join(', ')}.`, {
    hint: `name one: ${program(profile)} ${words} ${flagsOfLogin(first)}`,
  });
}

function noneFits(logins: readonly LoginKey[], { profile, event, isUser }: LoginChoice): ReventoError {
  const of = [event === null ? '' : ` for event ${event}`, isUser ? ' of a participant' : ''].join('');
  const others = logins.length === 0 ? '' : ` There are others: ${logins.map(loginInWords).join(', ')}.`;
  return new ReventoError('not_logged_in', `Profile "${profile}" has no login${of}.${others}`, {
    hint: `run: ${program(profile)} login${event === null ? '' : ` --event ${event}`}${isUser ? ' --user' : ''}`,
  });
}
