import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { flagsOfLogin, program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKey, LoginKind } from '../../login/login.ts';
import { loginInWords } from '../../login/login-name.ts';
import type { StoredProfile } from '../../ports/store.ts';
import { loginsThatFit } from '../shared/login-choice.ts';
import { ofWhich, severalLogins } from '../shared/login-missing.ts';
import { whereToRevoke } from '../shared/where-to-revoke.ts';

export interface LogoutOptions {
  readonly all: boolean;
  readonly user: boolean;
}

/**
 * `revento logout`: forgets stored logins.
 *
 * Which logins there are is told from the file names, so a store whose key is lost can still be emptied. `--all`
 * with nothing stored succeeds, as a clean-up must be repeatable; naming a login that is not there fails, as it is
 * most likely misspelt.
 */
export const logout: CommandModule<LogoutOptions> = {
  declare: (command) =>
    command.option('--all', 'every login of the profile', false).option('--user', "only a participant's login", false),
  examples: [
    { command: 'revento logout --event evt_test_published', explains: 'forget one login' },
    { command: 'revento logout --all', explains: 'forget every login of the profile' },
  ],
  layout: { shape: 'value' },

  async *run({ all, user }, deps) {
    const { profiles } = await deps.inspectStore();
    const stored = profiles.find((profile) => profile.name === deps.profile) ?? { logins: [], remnants: [] };
    const sessions = await deps.sessions();
    const forgotten: LoginKey[] = [];
    for (const key of choose(stored, { isAll: all, isUser: user }, deps)) {
      if (await sessions.forget(key)) forgotten.push(key);
    }
    if (forgotten.length === 0 && !all) throw noneFits(stored.logins, user, deps);
    yield {
      kind: 'value',
      data: { forgotten: forgotten.map((key) => ({ event_id: key.eventId, kind: key.kind })) },
      text: (style) =>
        forgotten.length === 0
          ? `Nothing to do: profile "${deps.profile}" has no login.`
          : forgotten.map((key) => `${style.green('✓')} Logged out of ${loginInWords(key)}.`).join('\n'),
    };
    if (forgotten.length > 0) deps.terminal.notice(`note: ${whereToRevoke(forgotten)}`);
    if (deps.environmentToken !== null) {
      deps.terminal.notice('note: REVENTO_ACCESS_TOKEN is still set and goes on being used; unset it to stop that');
    }
    return undefined;
  },
};

type Stored = Pick<StoredProfile, 'logins' | 'remnants'>;

interface LogoutChoice {
  readonly isAll: boolean;
  readonly isUser: boolean;
}

function choose(
  { logins, remnants }: Stored,
  { isAll, isUser }: LogoutChoice,
  { event, profile }: Deps,
): readonly LoginKey[] {
  const kinds: readonly LoginKind[] = isUser ? ['user'] : ['installation', 'user'];
  // Both kinds of an event go together: who logs out of an event does not expect half a login to stay. They are
  // looked for whether they are listed or not: of a login whose file is gone a copy may lie elsewhere.
  if (!isAll && event !== null) return kinds.map((kind) => ({ kind, eventId: event }));
  const ofKind = (keys: readonly LoginKey[]) => loginsThatFit(keys, { kind: isUser ? 'user' : null, eventId: null });
  if (isAll) return ofKind([...logins, ...remnants]);
  const fitting = ofKind(logins).length > 0 ? ofKind(logins) : ofKind(remnants);
  const [first, second] = fitting;
  // Where others take the organizer's login this one asks: what was forgotten by mistake is gone.
  if (first !== undefined && second !== undefined) {
    throw severalLogins(fitting, `${program(profile)} logout ${flagsOfLogin(first)}, or pass --all`);
  }
  return fitting;
}

function noneFits(logins: readonly LoginKey[], isUser: boolean, { event, profile }: Deps): ReventoError {
  const of = ofWhich({ kind: isUser ? 'user' : null, eventId: event });
  const others = logins.length === 0 ? '' : ` There are: ${logins.map(loginInWords).join(', ')}.`;
  return new ReventoError('failed', `Profile "${profile}" has no login${of}.${others}`, {
    hint: `see which there are: ${program(profile)} status`,
    ...(logins.length === 0 && { lacks: 'login' as const }),
  });
}
