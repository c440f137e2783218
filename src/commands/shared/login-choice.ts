import type { LoginKey, LoginKind } from '../../login/login.ts';
import { userOf } from '../../login/login-name.ts';
import type { Sessions } from '../../ports/sessions.ts';

/** Which login is asked for; null stands for any. */
export interface Wanted {
  readonly kind: LoginKind | null;
  readonly eventId: string | null;
  /** A participant's. */
  readonly userId?: string | null | undefined;
}

/** What `--user` and `--user-id` ask for. */
export function wantedLogin(
  { user = false, userId }: { readonly user?: boolean; readonly userId?: string | undefined },
  eventId: string | null,
): Wanted {
  return { kind: user || userId !== undefined ? 'user' : null, eventId, userId };
}

/** The meaning of `--user-id` in help. */
export const userIdOption = ['--user-id <id>', 'user ID of the participant, when several are logged in'] as const;

/**
 * The logins to choose from: all, or those of the wanted user. A file of an earlier version does not have the user
 * in its name; it is opened only where no name fits.
 *
 * @throws ReventoError the failures of the store, when such a file cannot be opened
 */
export async function candidates(
  keys: readonly LoginKey[],
  { userId, eventId }: Wanted,
  sessions: Pick<Sessions, 'read'>,
): Promise<readonly LoginKey[]> {
  if (userId === undefined || userId === null) return keys;
  const ofEvent = keys.filter((key) => key.kind === 'user' && (eventId === null || key.eventId === eventId));
  const named = ofEvent.filter((key) => userOf(key) === userId);
  if (named.length > 0) return named;
  const found: LoginKey[] = [];
  for (const key of ofEvent) {
    if (userOf(key) === null && (await sessions.read(key))?.userId === userId) found.push(key);
  }
  return found;
}

type Choice =
  | { readonly outcome: 'found'; readonly login: LoginKey }
  | { readonly outcome: 'none' }
  /** All that fit, and the one of them to give as an example. */
  | { readonly outcome: 'several'; readonly logins: readonly LoginKey[]; readonly example: LoginKey };

export function loginsThatFit(logins: readonly LoginKey[], { kind, eventId }: Wanted): readonly LoginKey[] {
  return logins.filter(
    (login) => (kind === null || login.kind === kind) && (eventId === null || login.eventId === eventId),
  );
}

/**
 * The one login that is meant: of the wanted kind and event, or the only one there is. An organizer's takes precedence
 * over participants', so that adding one of theirs changes nothing for commands that name no kind.
 */
export function chooseLogin(logins: readonly LoginKey[], wanted: Wanted): Choice {
  const fitting = loginsThatFit(logins, wanted);
  const organizers = fitting.filter(({ kind }) => kind === 'installation');
  const [login, another] = organizers.length > 0 ? organizers : fitting;
  if (login === undefined) return { outcome: 'none' };
  // An example that names its user says which one is meant.
  const example = organizers.length > 0 ? login : (fitting.find((key) => userOf(key) !== null) ?? login);
  return another === undefined ? { outcome: 'found', login } : { outcome: 'several', logins: fitting, example };
}
