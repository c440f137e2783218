import type { LoginKey, LoginKind } from '../../login/login.ts';

/** Which login is asked for; null stands for any. */
export interface Wanted {
  readonly kind: LoginKind | null;
  readonly eventId: string | null;
}

export type Choice =
  | { readonly outcome: 'found'; readonly login: LoginKey }
  | { readonly outcome: 'none' }
  /** All that fit, and the one of them to give as an example. */
  | { readonly outcome: 'several'; readonly logins: readonly LoginKey[]; readonly example: LoginKey };

/** The logins of the wanted kind and event. Never throws. */
export function loginsThatFit(logins: readonly LoginKey[], { kind, eventId }: Wanted): readonly LoginKey[] {
  return logins.filter(
    (login) => (kind === null || login.kind === kind) && (eventId === null || login.eventId === eventId),
  );
}

/**
 * The one login that is meant: of the wanted kind and event, or the only one there is. An organizer's goes before
 * participants', so that adding one of theirs changes nothing for commands that name no kind. Never throws.
 */
export function chooseLogin(logins: readonly LoginKey[], wanted: Wanted): Choice {
  const fitting = loginsThatFit(logins, wanted);
  const organizers = fitting.filter(({ kind }) => kind === 'installation');
  const [login, another] = organizers.length > 0 ? organizers : fitting;
  if (login === undefined) return { outcome: 'none' };
  return another === undefined ? { outcome: 'found', login } : { outcome: 'several', logins: fitting, example: login };
}
