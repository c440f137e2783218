import type { Deps, LoginKey } from '../deps.ts';
import { ReventoError } from '../errors.ts';
import type { CommandModule } from './command.ts';
import { flagsOfLogin, loginInWords, program } from './login-choice.ts';

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
    const stored = profiles.find((profile) => profile.name === deps.profile)?.logins ?? [];
    const chosen = choose(stored, { isAll: all, isUser: user }, deps);
    const sessions = await deps.sessions();
    const forgotten: LoginKey[] = [];
    for (const key of chosen) if (await sessions.forget({ kind: key.kind, eventId: key.eventId })) forgotten.push(key);
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

interface LogoutChoice {
  readonly isAll: boolean;
  readonly isUser: boolean;
}

function choose(stored: readonly LoginKey[], { isAll, isUser }: LogoutChoice, deps: Deps): readonly LoginKey[] {
  const ofKind = isUser ? stored.filter((key) => key.kind === 'user') : stored;
  if (isAll) return ofKind;
  const { event, profile } = deps;
  // Both kinds of an event go together: who logs out of an event does not expect half a login to stay.
  const fitting = event === null ? ofKind : ofKind.filter((key) => key.eventId === event);
  const [first] = fitting;
  if (first === undefined) {
    const of = [event === null ? '' : ` for event ${event}`, isUser ? ' of a participant' : ''].join('');
    const others = stored.length === 0 ? '' : ` There are: ${stored.map(loginInWords).join(', ')}.`;
    throw new ReventoError('failed', `Profile "${profile}" has no login${of}.${others}`, {
      hint: `see which there are: ${program(profile)} status`,
    });
  }
  if (event === null && fitting.length > 1) {
    throw new ReventoError('usage', `Which login? There are several: ${fitting.map(loginInWords).join(', ')}.`, {
      hint: `name one: ${program(profile)} logout ${flagsOfLogin(first)}, or pass --all`,
    });
  }
  return fitting;
}

/** How access itself is ended, which deleting tokens does not do. Never throws. */
export function whereToRevoke(forgotten: readonly LoginKey[]): string {
  const kinds = new Set(forgotten.map((key) => key.kind));
  const who = [
    ...(kinds.has('installation') ? ['the organizer'] : []),
    ...(kinds.has('user') ? ['the participant'] : []),
  ].join(' or ');
  return (
    'Revento offers no way to revoke a token from here: the tokens are deleted on this machine, and access itself ' +
    `ends when ${who} withdraws the consent in Revento.`
  );
}
