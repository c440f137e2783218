import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { flagsOfLogin, program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKey } from '../../login/login.ts';
import { fileNameOf, loginInWords, userField, userOf } from '../../login/login-name.ts';
import { valueItem } from '../../output/item.ts';
import type { StoredProfile } from '../../ports/store.ts';
import { candidates, loginsThatFit, userIdOption, type Wanted, wantedLogin } from '../shared/login-choice.ts';
import { ofWhich, severalLogins } from '../shared/login-missing.ts';
import { whereToRevoke } from '../shared/where-to-revoke.ts';

interface LogoutOptions {
  readonly all: boolean;
  readonly user: boolean;
  readonly userId?: string;
}

/**
 * `revento logout`: removes stored logins.
 *
 * Goes by file names, so a store whose key is lost can still be emptied. `--all`
 * with nothing stored succeeds, as a clean-up must be repeatable; naming a login that is not there fails, as it is
 * most likely misspelled.
 */
export const logout: CommandModule<LogoutOptions> = {
  declare: (command) =>
    command
      .option('--all', 'every login of the profile', false)
      .option('--user', "only a participant's login", false)
      .option(...userIdOption),
  examples: {
    'revento logout --event evt_test_published': 'log out of one event',
    'revento logout --all': 'log out of every login of the profile',
  },
  layout: { shape: 'value' },

  async *run({ all, user, userId }, deps) {
    const profiles = await deps.storedProfiles();
    const stored = profiles.find((profile) => profile.name === deps.profile) ?? { logins: [], remnants: [] };
    const sessions = await deps.sessions();
    const wanted = wantedLogin({ user, userId }, all ? null : deps.event);
    const logins = await candidates(stored.logins, wanted, sessions);
    const forgotten: LoginKey[] = [];
    for (const key of choose({ ...stored, logins }, { isAll: all, wanted }, deps.profile)) {
      if (await sessions.forget(key)) forgotten.push(key);
    }
    if (forgotten.length === 0 && !all) throw noneFits(stored.logins, wanted, deps);
    yield valueItem(
      {
        forgotten: forgotten.map((key) => ({
          event_id: key.eventId,
          kind: key.kind,
          ...userField(key),
        })),
      },
      (style) =>
        forgotten.length === 0
          ? `Nothing to do: profile "${deps.profile}" has no login.`
          : forgotten.map((key) => `${style.green('✓')} Logged out of ${loginInWords(key)}.`).join('\n'),
    );
    if (forgotten.length > 0) deps.terminal.notice(`note: ${whereToRevoke(forgotten)}`);
    if (deps.environmentToken !== null) {
      deps.terminal.notice('note: REVENTO_ACCESS_TOKEN is still set and will still be used; unset it to stop that');
    }
  },
};

type Stored = Pick<StoredProfile, 'logins' | 'remnants'>;

interface LogoutChoice {
  readonly isAll: boolean;
  readonly wanted: Wanted;
}

function choose({ logins, remnants }: Stored, { isAll, wanted }: LogoutChoice, profile: string): readonly LoginKey[] {
  const { kind, eventId: event, userId = null } = wanted;
  const known = [...logins, ...remnants.filter((key) => userId === null || userOf(key) === userId)];
  if (isAll) return loginsThatFit(known, { kind, eventId: null });
  const fitting = loginsThatFit(logins, wanted);
  // Both kinds of an event go together: who logs out of an event does not expect half a login to stay.
  if (event !== null && userId === null && !(kind === 'user' && fitting.length > 1)) {
    // Searched even if not listed: a copy of a login without its file may be elsewhere.
    const unlisted = (['installation', 'user'] as const).map((one): LoginKey => ({ kind: one, eventId: event }));
    const keys = [...loginsThatFit(known, wanted), ...loginsThatFit(unlisted, wanted)];
    return [...new Map(keys.map((key) => [fileNameOf(key), key])).values()];
  }
  const chosen = fitting.length > 0 ? fitting : loginsThatFit(known, wanted);
  const [first, second] = chosen;
  // Other commands default to the organizer's login; this one asks, because a removed login cannot be restored.
  if (first !== undefined && second !== undefined) {
    const example = chosen.find((key) => userOf(key) !== null) ?? first;
    throw severalLogins(
      chosen,
      `${program(profile)} logout ${flagsOfLogin(event === null ? first : example)}, or pass --all`,
    );
  }
  return chosen;
}

function noneFits(logins: readonly LoginKey[], wanted: Wanted, { profile }: Pick<Deps, 'profile'>): ReventoError {
  const of = ofWhich(wanted);
  const others = logins.length === 0 ? '' : ` There are: ${logins.map(loginInWords).join(', ')}.`;
  return new ReventoError('failed', `Profile "${profile}" has no login${of}.${others}`, {
    hint: `see which there are: ${program(profile)} status`,
    ...(logins.length === 0 && { lacks: 'login' as const }),
  });
}
