import type { Deps } from '../../command-kit/deps.ts';
import { flagsOfLogin, program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKey, UnreadableLogin } from '../../login/login.ts';
import { loginInWords } from '../../login/login-name.ts';
import { candidates, chooseLogin, type Wanted } from './login-choice.ts';

/**
 * The one stored login that a command means. Goes by the names of files, so one that cannot be opened keeps no other
 * from being used.
 *
 * @param what  the command, for the remedy: `token refresh`
 * @throws ReventoError `not_logged_in` when none fits, `usage` when several do
 */
export async function requireLogin(
  wanted: Wanted,
  what: string,
  deps: Pick<Deps, 'profile' | 'sessions'>,
): Promise<LoginKey> {
  const sessions = await deps.sessions();
  const logins = await sessions.keys();
  const choice = chooseLogin(await candidates(logins, wanted, sessions), wanted);
  switch (choice.outcome) {
    case 'found':
      return choice.login;
    case 'several':
      throw severalLogins(choice.logins, `${program(deps.profile)} ${what} ${flagsOfLogin(choice.example)}`);
    case 'none':
      throw logins.length === 0 ? noLoginStored(wanted, deps) : noneFits(logins, wanted, deps);
  }
}

/** @param example  a command that says which is meant */
export function severalLogins(logins: readonly LoginKey[], example: string): ReventoError {
  return new ReventoError('usage', `Which login? There are several: ${logins.map(loginInWords).join(', ')}.`, {
    hint: `name one: ${example}`,
  });
}

/** The profile is empty. */
export function noLoginStored(wanted: Wanted, deps: Pick<Deps, 'profile'>): ReventoError {
  return new ReventoError('not_logged_in', `Profile "${deps.profile}" has no login.`, {
    hint: `run: ${loginFor(wanted, deps)}`,
    lacks: 'login',
    kind: wanted.kind ?? undefined,
  });
}

/** The failure with the login named: that of a missing key does not name it. */
export function cannotBeRead({ failure, ...key }: UnreadableLogin): ReventoError {
  const message = `${loginInWords(key)} cannot be read: ${failure.message}`;
  return new ReventoError(failure.code, message, { ...failure.facts, ...key }, { cause: failure });
}

function noneFits(logins: readonly LoginKey[], wanted: Wanted, deps: Pick<Deps, 'profile'>): ReventoError {
  return new ReventoError(
    'not_logged_in',
    `Profile "${deps.profile}" has no login${ofWhich(wanted)}. There are others: ${logins.map(loginInWords).join(', ')}.`,
    { hint: `run: ${loginFor(wanted, deps)}` },
  );
}

/** What is wanted, as it follows the word login: ` for event evt_1 of a participant`. */
export function ofWhich({ kind, eventId, userId }: Wanted): string {
  const whose = { installation: ' of an organizer', user: ` of ${userId ? `participant ${userId}` : 'a participant'}` };
  return `${eventId === null ? '' : ` for event ${eventId}`}${kind === null ? '' : whose[kind]}`;
}

function loginFor({ kind, eventId }: Wanted, { profile }: Pick<Deps, 'profile'>): string {
  const event = eventId === null ? '' : ` --event ${eventId}`;
  return `${program(profile)} login${event}${kind === 'user' ? ' --user' : ''}`;
}
